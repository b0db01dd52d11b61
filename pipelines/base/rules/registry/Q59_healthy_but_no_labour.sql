/*
code = "Q59"
title = "健康非在校劳动年龄人员登记无劳动力"
why = "健康且不在校的劳动年龄人员登记无劳动力，可能登记有误。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "核实劳动能力，据实更正",
]
message = "健康、非在校生，{age}周岁，登记为无劳动力。"
related = ["R14"]

[[example]]
case = "健康、非在校、无劳动力：列为疑点"
given = """
registry_person @P1 age=40 health=健康 labour_ability=无劳动力 student_status=非在校生
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "在校、患病、有劳动力、未成年、老年：不列"
given = """
registry_person @P1 age=20 health=健康 labour_ability=无劳动力 student_status=大专及以上
registry_person @P2 age=40 health=残疾 labour_ability=无劳动力 student_status=非在校生
registry_person @P3 age=40 health=健康 labour_ability=技能劳动力 student_status=非在校生
registry_person @P4 age=15 health=健康 labour_ability=无劳动力 student_status=非在校生
registry_person @P5 age=61 health=健康 labour_ability=无劳动力 student_status=非在校生
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age
FROM poor_person p
CROSS JOIN parameter q
WHERE p.health = '健康' AND p.labour_ability = '无劳动力' AND p.student_status = '非在校生' AND p.age BETWEEN q.labour_age_from AND q.labour_age_to
