/*
code = "R75"
title = "已改造未销档"
why = "房子已经改造验收，台账或建档立卡仍按危房登记，危房底数不实，也可能重复申请补助。"
policy = { clause = "二(三)5", quote = "建立危房台账并实施精准管理,改造一户、销档一户" }
owner = "住房和城乡建设局"
severity = "S1"
subject = "household"
sources = ["registry_household", "registry_person", "housing"]
due_days = 15
advice = [
    "查验收表和现场照片，确认已经入住",
    "台账仍在账的由住建部门销档；建档立卡仍登记危房的由扶贫部门更正",
    "验收后又受损、已另列改造计划的不在此列",
]
message = "该户危房改造{accept_date}验收合格，{where_listed}。"
related = ["R14", "R73"]

[[example]]
case = "验收合格超过30天仍在账：列为疑点"
given = """
housing @P1 #H1 accept_result=合格 accept_date=2018-08-31 ledger_status=在账
"""
expect = ["H1/ledger <- housing:1"]

[[example]]
case = "宽限期内：不列"
given = """
housing @P1 #H1 accept_result=合格 accept_date=2018-09-01 ledger_status=在账
"""
expect = []

[[example]]
case = "已销档、验收不合格：不列"
given = """
housing @P1 #H1 accept_result=合格 accept_date=2018-01-10 ledger_status=销档
housing @P2 #H2 accept_result=不合格 accept_date=2018-01-10 ledger_status=在账
"""
expect = []

[[example]]
case = "成员的房子已验收，建档立卡仍登记危房：列为疑点"
given = """
registry_household @P1 #H1 dangerous_house=1
registry_person @P1 #H1
registry_person @P2 #H1
housing @P2 #H8 accept_result=合格 accept_date=2018-01-10 ledger_status=销档
"""
expect = ["H1/registry <- registry_household:1 housing:1"]

[[example]]
case = "户主的房子已验收，级别仍为D：列为疑点"
given = """
registry_household @P1 #H1 dangerous_house=0 danger_level=D
housing @P1 #H8 accept_result=合格 accept_date=2018-01-10 ledger_status=销档
"""
expect = ["H1/registry"]

[[example]]
case = "建档立卡已更正、宽限期内：不列"
given = """
registry_household @P1 #H1 dangerous_house=0 danger_level=A
housing @P1 #H1 accept_result=合格 accept_date=2018-01-10 ledger_status=销档
registry_household @P2 #H2 dangerous_house=1
housing @P2 #H2 accept_result=合格 accept_date=2018-09-10 ledger_status=销档
"""
expect = []

[[example]]
case = "别人家的验收：不列"
given = """
registry_household @P1 #H1 dangerous_house=1
registry_person @P1 #H1
housing @P2 #H2 accept_result=合格 accept_date=2018-01-10 ledger_status=销档
"""
expect = []

[[example]]
case = "验收后又受损、已列入以后年度计划：建档立卡登记危房不列；同年的另一档案、以后年度也已验收：列为疑点"
given = """
registry_household @P1 #H1 dangerous_house=1
housing @P1 #H1 archive_no=A1 plan_year=2016 accept_result=合格 accept_date=2016-10-10 ledger_status=销档
housing @P1 #H1 archive_no=A2 plan_year=2018 ledger_status=在账
registry_household @P2 #H2 dangerous_house=1
housing @P2 #H2 archive_no=A3 plan_year=2017 accept_result=合格 accept_date=2017-10-10 ledger_status=销档
housing @P2 #H2 archive_no=A4 plan_year=2017 ledger_status=在账
registry_household @P3 #H3 dangerous_house=1
housing @P3 #H3 archive_no=A5 plan_year=2016 accept_result=合格 accept_date=2016-10-10 ledger_status=销档
housing @P3 #H3 archive_no=A6 plan_year=2018 accept_result=合格 accept_date=2018-08-01 ledger_status=销档
"""
expect = ["H2/registry", "H3/registry"]

[[example]]
case = "出嫁女（转出）在婆家的房子已改造：不列；已去世的父亲名下的：列为疑点"
given = """
registry_household @P1 #H1 dangerous_house=1 danger_level=D
registry_person @P1 #H1
registry_person @P2 #H1 person_status=转出
housing @P2 #H8 plan_year=2017 accept_result=合格 accept_date=2017-10-10 ledger_status=销档
registry_household @P3 #H3 dangerous_house=1
registry_person @P4 #H3 person_status=死亡
housing @P4 #H9 plan_year=2017 accept_result=合格 accept_date=2017-10-10 ledger_status=销档
registry_household @P5 #H5 dangerous_house=1
registry_person @P6 #H5 person_status=NULL
housing @P6 #H10 plan_year=2017 accept_result=合格 accept_date=2017-10-10 ledger_status=销档
"""
expect = ["H3/registry", "H5/registry"]
*/
WITH member AS (
    SELECT p.household_no, p.person_id
    FROM registry_person p
    -- The new house of a daughter who married out is not her parents'.
    WHERE p.person_status IS NULL OR p.person_status <> '转出'
    UNION ALL
    SELECT h.household_no, h.person_id
    FROM registry_household h
),
-- Damaged again: a later archive of the same person is under way.
again AS (
    SELECT DISTINCT n.person_id
    FROM housing n
    JOIN housing_done o ON o.person_id = n.person_id
    WHERE n.plan_year > o.plan_year AND n.accept_result IS NULL
),
done AS (
    SELECT DISTINCT m.household_no, o.record_id, o.accept_date
    FROM housing_done o
    JOIN member m ON m.person_id = o.person_id
    ANTI JOIN again n ON n.person_id = o.person_id
),
still AS (
    SELECT h.household_no, h.household_id, h.record_id
    FROM registry_household h
    WHERE h.dangerous_house = 1 OR h.danger_level IN ('C', 'D')
)
SELECT
    o.household_id AS subject_id,
    'ledger' AS rule_key,
    o.record_id AS evidence,
    0 AS evidence_order,
    o.accept_date AS accept_date,
    '危房改造台账仍在账' AS where_listed
FROM housing_done o
WHERE o.ledger_status = '在账'
UNION ALL
SELECT
    s.household_id AS subject_id,
    'registry' AS rule_key,
    s.record_id AS evidence,
    0 AS evidence_order,
    d.accept_date AS accept_date,
    '建档立卡仍登记为危房户' AS where_listed
FROM still s
JOIN done d ON d.household_no = s.household_no
UNION ALL
SELECT
    s.household_id AS subject_id,
    'registry' AS rule_key,
    d.record_id AS evidence,
    1 AS evidence_order,
    d.accept_date AS accept_date,
    '建档立卡仍登记为危房户' AS where_listed
FROM still s
JOIN done d ON d.household_no = s.household_no
