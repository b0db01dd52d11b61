/*
code = "R84"
title = "2018清零范围内存量危房"
why = "按计划，2018年底前当年拟脱贫户和淇滨区、山城区、鹤山区所有村四类重点对象危房清零；年底仍有存量的逐户列出。"
policy = { clause = "二(三)5", quote = "实现当年拟脱贫户、拟脱贫村及深度贫困村和淇滨区、山城区、鹤山区所有村四类重点对象危房清零" }
owner = "住房和城乡建设局"
severity = "S1"
subject = "household"
sources = ["registry_household", "registry_person", "housing"]
optional_sources = ["tekun", "relocation", "deceased", "insurance"]
since = "2018Q4"
due_days = 15
advice = [
    "逐户到现场核实住房安全",
    "确属危房的立即落实改造或其他安全住房",
]
message = "该户属2018年清零范围，{state}。"
explained_by = ["R75", "R73"]
related = ["R14", "R73", "R75"]

[[example]]
case = "台账在账未验收：列为疑点"
given = """
housing #H1 county_code=410611 danger_level=C poverty_type=低保户 ledger_status=在账
housing #H2 county_code=410611 danger_level=D poverty_type=建档立卡贫困户 ledger_status=在账 accept_result=不合格
"""
expect = ["H1 <- housing:1", "H2 <- housing:2"]

[[example]]
case = "建档立卡登记危房、没有改造：列为疑点"
given = """
registry_household @P1 #H1 county_code=410611 dangerous_house=1
registry_household @P2 #H2 county_code=410611 danger_level=D
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "已验收合格：不列"
given = """
housing @P1 #H1 county_code=410611 danger_level=C poverty_type=低保户 ledger_status=在账 accept_result=合格
registry_household @P2 #H2 county_code=410611 dangerous_house=1
registry_person @P3 #H2
housing @P3 #H9 accept_result=合格
registry_household @P4 #H4 county_code=410611 dangerous_house=1
housing @P8 #H4 accept_result=合格
"""
expect = []

[[example]]
case = "非重点对象、已销档、A级、其他县区：不列"
given = """
housing #H1 county_code=410611 danger_level=C poverty_type=其他 ledger_status=在账
housing #H2 county_code=410611 danger_level=C poverty_type=低保户 ledger_status=销档
housing #H3 county_code=410611 danger_level=B poverty_type=低保户 ledger_status=在账
housing #H4 county_code=410621 danger_level=C poverty_type=低保户 ledger_status=在账
registry_household #H5 county_code=410621 dangerous_house=1
registry_household #H6 county_code=410611 danger_level=B
"""
expect = []

[[example]]
case = "不再享受政策：不列"
given = """
registry_household #H1 county_code=410611 dangerous_house=1 exit_status=已脱贫(不再享受政策)
"""
expect = []

[[example]]
case = "改造验收不合格：列为疑点"
given = """
registry_household @P1 #H1 county_code=410611 dangerous_house=1
registry_person @P1 #H1
housing @P1 #H1 accept_result=不合格 ledger_status=销档
"""
expect = ["H1"]

[[example]]
case = "其他县区的当年拟脱贫户：列为疑点；全户集中供养：不列"
given = """
registry_household #H1 county_code=410621 dangerous_house=1 exit_status=预脱贫
registry_household #H2 county_code=410611 dangerous_house=1
registry_person @P2 #H2
tekun @P2 support_mode=集中
"""
expect = ["H1"]

[[example]]
case = "2018年已脱贫的户仍住危房：列为疑点；2017年脱贫的：不属范围；台账上的人集中供养、已搬迁：不列；出嫁女（转出）的新房不算娘家的"
given = """
registry_household #H1 county_code=410621 dangerous_house=1 exit_status=已脱贫(享受政策) exit_year=2018
registry_household #H2 county_code=410621 dangerous_house=1 exit_status=已脱贫(享受政策) exit_year=2017
registry_household @P3 #H3 county_code=410611
registry_person @P3 #H3
tekun @P3 support_mode=集中
housing @P3 #H3 county_code=410611 danger_level=D poverty_type=分散供养特困人员 ledger_status=在账
housing @P4 #H4 county_code=410611 danger_level=D poverty_type=低保户 ledger_status=在账
relocation @P4 move_in_date=2018-05-01
registry_household @P5 #H5 county_code=410611 dangerous_house=1
registry_person @P5 #H5
registry_person @P6 #H5 person_status=转出
housing @P6 #H8 accept_result=合格
"""
expect = ["H1", "H5"]

[[example]]
case = "2019年的预脱贫户：不属2018年范围"
given = """
parameter year=2019
registry_household #H1 county_code=410621 dangerous_house=1 exit_status=预脱贫
"""
expect = []

[[example]]
case = "在册成员都已登记死亡、本季度才识别的户：不列"
given = """
registry_household #H1 household_no=H1 county_code=410611 dangerous_house=1
registry_person @P1 #H1 household_no=H1
deceased @P1 death_date=2018-05-01
registry_household #H2 household_no=H2 county_code=410611 dangerous_house=1
registry_person @P2 #H2 household_no=H2 identified_date=2018-07-01
"""
expect = []
*/
SELECT s.household_id AS subject_id, s.record_id AS evidence, s.evidence_order AS evidence_order, s.state AS state
FROM dangerous_standing s
WHERE s.county_code IN ('410611', '410603', '410602') OR s.leaving = 1
