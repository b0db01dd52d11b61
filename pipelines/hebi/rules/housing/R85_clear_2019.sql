/*
code = "R85"
title = "2019清零范围内存量危房"
why = "按计划,2019年底前浚县、淇县所有村四类重点对象危房清零;年底仍有存量的逐户列出。"
policy = { clause = "二(三)5", quote = "实现全市建档立卡贫困村及浚县、淇县所有村四类重点对象危房清零" }
owner = "住房和城乡建设局"
severity = "S1"
subject = "household"
sources = ["registry_household", "registry_person", "housing"]
since = "2019Q4"
due_days = 15
advice = [
    "逐户到现场核实住房安全",
    "确属危房的立即落实改造或其他安全住房",
]
message = "该户属2019年清零范围,{state}。"
related = ["R14", "R73", "R75"]

[[example]]
case = "台账在账未验收:列为疑点"
given = """
housing #H1 county_code=410621 danger_level=C poverty_type=低保户 ledger_status=在账
housing #H2 county_code=410621 danger_level=D poverty_type=建档立卡贫困户 ledger_status=在账 accept_result=不合格
"""
expect = ["H1 <- housing:1", "H2 <- housing:2"]

[[example]]
case = "建档立卡登记危房、没有改造:列为疑点"
given = """
registry_household @P1 #H1 county_code=410621 dangerous_house=1
registry_household @P2 #H2 county_code=410621 danger_level=D
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "已验收合格:不列"
given = """
housing @P1 #H1 county_code=410621 danger_level=C poverty_type=低保户 ledger_status=在账 accept_result=合格
registry_household @P2 #H2 county_code=410621 dangerous_house=1
registry_person @P3 #H2
housing @P3 #H9 accept_result=合格
registry_household @P4 #H4 county_code=410621 dangerous_house=1
housing @P8 #H4 accept_result=合格
"""
expect = []

[[example]]
case = "非重点对象、已销档、A级、其他县区:不列"
given = """
housing #H1 county_code=410621 danger_level=C poverty_type=其他 ledger_status=在账
housing #H2 county_code=410621 danger_level=C poverty_type=低保户 ledger_status=销档
housing #H3 county_code=410621 danger_level=B poverty_type=低保户 ledger_status=在账
housing #H4 county_code=410611 danger_level=C poverty_type=低保户 ledger_status=在账
registry_household #H5 county_code=410611 dangerous_house=1
registry_household #H6 county_code=410621 danger_level=B
"""
expect = []

[[example]]
case = "不再享受政策:不列"
given = """
registry_household #H1 county_code=410621 dangerous_house=1 exit_status=已脱贫(不再享受政策)
"""
expect = []

[[example]]
case = "改造验收不合格:列为疑点"
given = """
registry_household @P1 #H1 county_code=410621 dangerous_house=1
registry_person @P1 #H1
housing @P1 #H1 accept_result=不合格 ledger_status=销档
"""
expect = ["H1"]
*/
WITH accepted AS (
    SELECT o.person_id, o.household_id
    FROM housing o
    WHERE o.accept_result = '合格'
),
member_done AS (
    SELECT DISTINCT p.household_no
    FROM registry_person p
    JOIN accepted a ON a.person_id = p.person_id
),
home_done AS (
    SELECT DISTINCT a.household_id FROM accepted a
)
SELECT o.household_id AS subject_id, o.record_id AS evidence, 0 AS evidence_order, '台账中尚未验收合格' AS state
FROM housing o
LEFT JOIN home_done b ON b.household_id = o.household_id
WHERE o.danger_level IN ('C', 'D') AND o.poverty_type <> '其他' AND o.ledger_status = '在账'
    AND o.county_code IN ('410621', '410622') AND b.household_id IS NULL
UNION ALL
SELECT h.household_id AS subject_id, h.record_id AS evidence, 1 AS evidence_order, '建档立卡登记为危房,没有验收合格的改造记录' AS state
FROM registry_household h
LEFT JOIN member_done m ON m.household_no = h.household_no
LEFT JOIN home_done b ON b.household_id = h.household_id
WHERE (h.dangerous_house = 1 OR h.danger_level IN ('C', 'D')) AND h.exit_status <> '已脱贫(不再享受政策)'
    AND h.county_code IN ('410621', '410622') AND m.household_no IS NULL AND b.household_id IS NULL
