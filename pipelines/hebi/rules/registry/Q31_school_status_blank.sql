/*
code = "Q31"
title = "学龄人员在校生状况未填"
why = "在校生状况决定教育资助和控辍保学。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
columns = ["registry_person.student_status"]
due_days = 60
advice = [
    "查户口簿、身份证或登记表,补正建档立卡信息",
]
message = "在校生状况没有填写。"
related = ["R14"]

[[example]]
case = "未填:列为疑点"
given = """
registry_person @P1 age=6
registry_person @Z student_status=小学
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "已填:不列"
given = """
registry_person @P1 age=6 student_status=小学
registry_person @Z student_status=小学
"""
expect = []

[[example]]
case = "已不在册:不列"
given = """
registry_person @P1 age=6 person_status=死亡
registry_person @Z student_status=小学
"""
expect = []

[[example]]
case = "5岁、24岁:不列"
given = """
registry_person @P1 age=5
registry_person @P2 age=24
registry_person @Z student_status=小学
"""
expect = []

[[example]]
case = "本县区整列没有填(导出缺列),外县区填了:不列"
given = """
registry_person @P1 age=6
registry_person @Y ethnicity=汉族 person_status=死亡
registry_person @Z student_status=小学 county_code=410622
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
JOIN person_filled f ON f.county_code = p.county_code
CROSS JOIN parameter q
WHERE f.field = 'student_status' AND p.student_status IS NULL AND p.age BETWEEN q.student_age_from AND q.student_age_to
