/*
code = "M16"
title = "脱贫户、监测户儿童疑似失学"
why = "义务教育年龄的孩子没有学籍，可能失学辍学。"
policy = { clause = "三(一)", quote = "义务教育阶段适龄儿童除身体原因外都在校" }
owner = "教育局"
severity = "S1"
subject = "person"
sources = ["registry_household", "registry_person", "student"]
optional_sources = ["deceased", "moved"]
absent_from = [{ list = "student", of = "registry_person", rows = "schooled" }]
due_days = 10
advice = [
    "见到孩子本人，查在何处就读",
    "查学籍姓名、证件号码是否一致",
    "确属失学的，学校、乡镇共同劝返",
]
message = "{household_type}的儿童，现年{age}周岁，没有在读、休学的学籍。"

[[example]]
case = "去年八月三十一日满六周岁、未满十六周岁：列为疑点；差一天：不列"
given = """
registry_household #H1
registry_person @P1 #H1 birth_date=2018-08-31
registry_person @P2 #H1 birth_date=2018-09-01
registry_person @P3 #H1 birth_date=2008-09-01
registry_person @P4 #H1 birth_date=2008-08-31
student @P9
"""
expect = ["P1 <- registry_person:1", "P3 <- registry_person:3"]

[[example]]
case = "在读、休学、状态没有填写、初中毕业：不列；小学毕业、转出：列为疑点"
given = """
registry_household #H1 household_type=脱贫户 risk_status=NULL
registry_person @P1 #H1 birth_date=2014-05-01
student @P1
registry_person @P2 #H1 birth_date=2014-05-01
student @P2 status=休学
registry_person @P3 #H1 birth_date=2014-05-01
student @P3 status=NULL
registry_person @P4 #H1 birth_date=2009-05-01
student @P4 stage=初中 status=毕业
registry_person @P5 #H1 birth_date=2012-05-01
student @P5 stage=小学 status=毕业
registry_person @P6 #H1 birth_date=2014-05-01
student @P6 status=转出
registry_person @P7 #H1 birth_date=2010-05-01
student @P7 stage=初中 status=辍学
"""
expect = ["P5", "P6", "P7"]

[[example]]
case = "身体原因、送教上门、外地就读、外省就读、迁出市外、去世、已不在册、已消除户：不列；写因贫：列为疑点"
given = """
registry_household #H1
registry_person @P1 #H1 birth_date=2014-05-01 absence_reason=身体原因
registry_person @P2 #H1 birth_date=2014-05-01 absence_reason=在外地就读
registry_person @P3 #H1 birth_date=2014-05-01
moved @P3
registry_person @P4 #H1 birth_date=2014-05-01
deceased @P4
registry_person @P5 #H1 birth_date=2014-05-01 person_status=户籍迁出
registry_household #H2 risk_status=已消除
registry_person @P6 #H2 birth_date=2014-05-01
registry_person @P7 #H1 birth_date=2014-05-01 absence_reason=因贫
registry_person @P8 #H1 birth_date=2014-05-01 absence_reason=外省就读
registry_person @P10 #H1 birth_date=2014-05-01 absence_reason=送教上门
student @P9
"""
expect = ["P7"]

[[example]]
case = "市内迁移、下月才迁出：列为疑点；学籍里有一条很可能就是本人：待确认"
given = """
registry_household #H1
registry_person @P1 #H1 birth_date=2014-05-01
moved @P1 kind=市内迁移
registry_person @P2 #H1 birth_date=2014-05-01
moved @P2 move_date=2025-04-01
registry_person @P3 #H1 birth_date=2014-05-01
student @P8
near_miss source=student record_id=registry_person:3 candidate=student:1
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2", "P3 待确认 <- registry_person:3 student:1"]
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age, h.household_type AS household_type
FROM out_of_school p
JOIN registry_household h ON h.household_no = p.household_no
ANTI JOIN released_household e ON e.household_no = p.household_no
