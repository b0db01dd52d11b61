/*
code = "M49"
title = "劳动年龄人员劳动技能未填"
why = "没有劳动技能，看不出能不能就业，整户有没有劳动力也说不清。"
policy = { clause = "一(八)", quote = "联系方式、务工、劳动能力等如实填写" }
owner = "农业农村局"
severity = "S3"
subject = "person"
sources = ["registry_person"]
optional_sources = ["deceased"]
columns = ["registry_person.labour_ability"]
due_days = 30
advice = [
    "按年龄和身体状况补录劳动技能",
]
message = "{age}周岁，劳动技能没有填写。"

[[example]]
case = "16至59周岁没有填写：列为疑点"
given = """
registry_person @P1 age=16
registry_person @P2 age=59
registry_person @P9 age=40 labour_ability=普通劳动力
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "孩子、老人、填了的、去世的、不在册、年龄不知道：不列；看不清：不判断"
given = """
registry_person @P1 age=15
registry_person @P2 age=60
registry_person @P3 age=40 labour_ability=无劳动力
registry_person @P4 age=40
deceased @P4
registry_person @P5 age=40 person_status=死亡
registry_person @P6 age=40 labour_ability=?
registry_person @P7
"""
expect = []
undecided = ["P6"]
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age
FROM current_person p
CROSS JOIN parameter q
WHERE p.labour_ability IS NULL AND p.age BETWEEN q.labour_age_from AND q.labour_age_to
