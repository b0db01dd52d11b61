/*
code = "Q58"
title = "健康劳动年龄人员登记丧失劳动力"
why = "健康的劳动年龄人员登记丧失劳动力，可能登记有误或虚报。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "核实健康和劳动能力，据实更正",
]
message = "健康状况为健康，{age}周岁，登记为丧失劳动力。"
related = ["R14"]

[[example]]
case = "健康、59周岁内、丧失劳动力：列为疑点"
given = """
registry_person @P1 age=40 health=健康 labour_ability=丧失劳动力
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "患病、有劳动力、未成年、老年：不列"
given = """
registry_person @P1 age=40 health=患有大病 labour_ability=丧失劳动力
registry_person @P2 age=40 health=健康 labour_ability=普通劳动力
registry_person @P3 age=15 health=健康 labour_ability=丧失劳动力
registry_person @P4 age=61 health=健康 labour_ability=丧失劳动力
"""
expect = []

[[example]]
case = "已不在册：不列"
given = """
registry_person @P1 age=40 health=健康 labour_ability=丧失劳动力 person_status=减少
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age
FROM poor_person p
CROSS JOIN parameter q
WHERE p.health = '健康' AND p.labour_ability = '丧失劳动力' AND p.age BETWEEN q.labour_age_from AND q.labour_age_to
