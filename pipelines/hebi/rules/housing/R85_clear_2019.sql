/*
code = "R85"
title = "2019清零范围内存量危房"
why = "按计划，2019年底前浚县、淇县所有村四类重点对象危房清零；年底仍有存量的逐户列出。"
policy = { clause = "二(三)5", quote = "实现全市建档立卡贫困村及浚县、淇县所有村四类重点对象危房清零" }
owner = "住房和城乡建设局"
severity = "S1"
subject = "household"
sources = ["registry_household", "registry_person", "housing"]
optional_sources = ["tekun", "relocation", "deceased", "insurance"]
since = "2019Q4"
due_days = 15
advice = [
    "逐户到现场核实住房安全",
    "确属危房的立即落实改造或其他安全住房",
]
message = "该户属2019年清零范围，{state}。"
explained_by = ["R75", "R73"]
related = ["R14", "R73", "R75"]

[[example]]
case = "台账在账未验收：列为疑点"
given = """
housing #H1 county_code=410621 danger_level=C poverty_type=低保户 ledger_status=在账
housing #H2 county_code=410621 danger_level=D poverty_type=建档立卡贫困户 ledger_status=在账 accept_result=不合格
"""
expect = ["H1 <- housing:1", "H2 <- housing:2"]

[[example]]
case = "建档立卡登记危房、没有改造：列为疑点"
given = """
registry_household @P1 #H1 county_code=410621 dangerous_house=1
registry_household @P2 #H2 county_code=410621 danger_level=D
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "已验收合格：不列"
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
case = "非重点对象、已销档、A级、其他县区：不列"
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
case = "不再享受政策：不列"
given = """
registry_household #H1 county_code=410621 dangerous_house=1 exit_status=已脱贫(不再享受政策)
"""
expect = []

[[example]]
case = "改造验收不合格：列为疑点"
given = """
registry_household @P1 #H1 county_code=410621 dangerous_house=1
registry_person @P1 #H1
housing @P1 #H1 accept_result=不合格 ledger_status=销档
"""
expect = ["H1"]
*/
SELECT s.household_id AS subject_id, s.record_id AS evidence, s.evidence_order AS evidence_order, s.state AS state
FROM dangerous_standing s
WHERE s.county_code IN ('410621', '410622')
