/*
code = "Q91"
title = "文化程度与年龄矛盾"
why = "文化程度与年龄互相矛盾，其中一项录错，会影响就业培训和教育资助的安排。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "查户口簿和毕业证，更正文化程度或证件号码",
]
message = "{age}周岁，文化程度登记为“{education}”。"
related = ["R14"]

[[example]]
case = "8周岁仍为学龄前、13周岁已是高中：列为疑点"
given = """
registry_person @P1 age=8 education=学龄前儿童
registry_person @P2 age=13 education=高中
registry_person @P3 age=5 education=大专及以上
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2", "P3 <- registry_person:3"]

[[example]]
case = "照抄父亲那一行：10周岁已是初中、4周岁已是小学：列为疑点；11周岁初中、5周岁小学：不列"
given = """
registry_person @P1 age=10 education=初中
registry_person @P2 age=4 education=小学
registry_person @P3 age=11 education=初中
registry_person @P4 age=5 education=小学
registry_person @P5 age=1 education=初中
"""
expect = ["P1", "P2", "P5"]

[[example]]
case = "7周岁学龄前、14周岁高中、8周岁小学、13周岁初中、已不在册：不列"
given = """
registry_person @P1 age=7 education=学龄前儿童
registry_person @P2 age=14 education=高中
registry_person @P3 age=8 education=小学
registry_person @P4 age=13 education=初中
registry_person @P5 age=30 education=学龄前儿童 person_status=减少
registry_person @P6 age=3 education=学龄前儿童
registry_person @P7 age=3 education=文盲或半文盲
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age, p.education AS education
FROM poor_person p
CROSS JOIN parameter q
WHERE (p.education = '学龄前儿童' AND p.age > q.preschool_age_most)
    OR (p.education = '小学' AND p.age < q.primary_school_age_least)
    OR (p.education = '初中' AND p.age < q.middle_school_age_least)
    OR (p.education IN ('高中', '大专及以上') AND p.age < q.high_school_age_least)
