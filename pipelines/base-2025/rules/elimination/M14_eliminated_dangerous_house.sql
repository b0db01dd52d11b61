/*
code = "M14"
title = "风险消除后住房仍有隐患"
why = "住房安全没有保障，不能算风险已经稳定消除。"
policy = { clause = "一(六)", quote = "风险消除的户继续跟踪，出现新的风险重新纳入" }
owner = "住建局"
severity = "S1"
subject = "household"
sources = ["registry_household", "registry_person", "housing_watch"]
optional_sources = ["deceased"]
due_days = 15
advice = [
    "到现场看房，列入改造或另行安置",
    "改造期间安排安全的临时住所",
]
message = "风险已消除，住房鉴定为{danger_level}级，隐患没有消除。"

[[example]]
case = "C级、D级没有消除：列为疑点"
given = """
registry_household #H1 risk_status=已消除
registry_person @P1 #H1
housing_watch @P1 danger_level=C
registry_household #H2 risk_status=已消除
registry_person @P2 #H2
housing_watch @P2 danger_level=D settled=0
"""
expect = ["H1 <- registry_person:1 housing_watch:1", "H2 <- registry_person:2 housing_watch:2"]

[[example]]
case = "A、B级、隐患已消除、未消除风险的户、户主已去世：不列；看不清：不判断"
given = """
registry_household #H1 risk_status=已消除
registry_person @P1 #H1
housing_watch @P1 danger_level=B
registry_household #H2 risk_status=已消除
registry_person @P2 #H2
housing_watch @P2 danger_level=D settled=1
registry_household #H3
registry_person @P3 #H3
housing_watch @P3 danger_level=D
registry_household #H4 risk_status=已消除
registry_person @P4 #H4
housing_watch @P4 danger_level=D
deceased @P4
registry_household #H5 risk_status=已消除
registry_person @P5 #H5
housing_watch @P5 danger_level=? settled=0
"""
expect = []
undecided = ["H5"]
*/
WITH hit AS (
    SELECT h.household_id, p.record_id AS person_record, o.record_id AS house_record, o.danger_level
    FROM released_household h
    JOIN current_person p ON p.household_no = h.household_no
    JOIN dangerous_house o ON o.person_id = p.person_id
)
SELECT i.household_id AS subject_id, i.person_record AS evidence, 0 AS evidence_order, i.danger_level AS danger_level FROM hit i
UNION ALL
SELECT i.household_id AS subject_id, i.house_record AS evidence, 1 AS evidence_order, i.danger_level AS danger_level FROM hit i
