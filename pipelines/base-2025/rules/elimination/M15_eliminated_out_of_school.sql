/*
code = "M15"
title = "风险消除后有儿童失学"
why = "义务教育没有保障，不能算风险已经稳定消除。"
policy = { clause = "一(六)", quote = "风险消除的户继续跟踪，出现新的风险重新纳入" }
owner = "教育局"
severity = "S1"
subject = "person"
sources = ["registry_household", "registry_person", "student"]
optional_sources = ["deceased", "moved"]
absent_from = [{ list = "student", of = "registry_person", rows = "schooled" }]
due_days = 10
advice = [
    "见到孩子本人，查在何处就读",
    "确属失学的劝返复学，重新核实风险",
]
message = "风险已消除户的儿童，现年{age}周岁，没有在读、休学的学籍。"

[[example]]
case = "已消除户的适龄儿童没有学籍、辍学：列为疑点"
given = """
registry_household #H1 risk_status=已消除
registry_person @P1 #H1 birth_date=2014-05-01
registry_person @P2 #H1 birth_date=2014-05-01
student @P2 status=辍学
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "未消除户的儿童（按M16列）、在读的：不列"
given = """
registry_household #H1
registry_person @P1 #H1 birth_date=2014-05-01
registry_household #H2 risk_status=已消除
registry_person @P2 #H2 birth_date=2014-05-01
student @P2
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age
FROM out_of_school p
JOIN released_household h ON h.household_no = p.household_no
