/*
code = "Q29"
title = "民族未填"
why = "民族是登记表必填项。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
columns = ["registry_person.ethnicity"]
due_days = 60
advice = [
    "查户口簿、身份证或登记表,补正建档立卡信息",
]
message = "民族没有填写。"
related = ["R14"]

[[example]]
case = "未填:列为疑点"
given = """
registry_person @P1
registry_person @Z ethnicity=汉族
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "已填:不列"
given = """
registry_person @P1  ethnicity=汉族
registry_person @Z ethnicity=汉族
"""
expect = []

[[example]]
case = "已不在册:不列"
given = """
registry_person @P1  person_status=死亡
registry_person @Z ethnicity=汉族
"""
expect = []

[[example]]
case = "本县区整列没有填(导出缺列),外县区填了:不列"
given = """
registry_person @P1
registry_person @Y education=初中 person_status=死亡
registry_person @Z ethnicity=汉族 county_code=410622
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
JOIN person_filled f ON f.county_code = p.county_code
WHERE f.field = 'ethnicity' AND p.ethnicity IS NULL
