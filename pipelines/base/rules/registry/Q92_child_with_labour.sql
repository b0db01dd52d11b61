/*
code = "Q92"
title = "未满16周岁登记为劳动力"
why = "未满16周岁不计劳动力；登记为普通或技能劳动力，会误判该户有劳动能力而不予兜底。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "核对出生日期和劳动技能",
    "未满16周岁的改为无劳动力",
]
message = "{age}周岁，登记为“{labour_ability}”。"
related = ["R14", "R02"]

[[example]]
case = "15周岁登记为劳动力：列为疑点"
given = """
registry_person @P1 age=15 labour_ability=普通劳动力
registry_person @P2 age=3 labour_ability=技能劳动力
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "16周岁、无劳动力、未填、已不在册：不列"
given = """
registry_person @P1 age=16 labour_ability=普通劳动力
registry_person @P2 age=15 labour_ability=无劳动力
registry_person @P3 age=15
registry_person @P4 age=15 labour_ability=普通劳动力 person_status=死亡
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age, p.labour_ability AS labour_ability
FROM poor_person p
CROSS JOIN parameter q
WHERE p.labour_ability IN ('普通劳动力', '技能劳动力') AND p.age < q.labour_age_from
