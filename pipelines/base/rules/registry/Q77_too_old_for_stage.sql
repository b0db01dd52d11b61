/*
code = "Q77"
title = "20周岁以上在小学及以下"
why = "年龄与在校阶段矛盾，年龄或在校生状况录错。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "核对出生日期和学籍，据实更正",
]
message = "{age}周岁，在校生状况为“{student_status}”。"
related = ["R14"]

[[example]]
case = "20周岁读小学、学前：列为疑点"
given = """
registry_person @P1 age=20 student_status=小学
registry_person @P2 age=25 student_status=学前教育
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "19周岁读小学、20周岁读初中：不列"
given = """
registry_person @P1 age=19 student_status=小学
registry_person @P2 age=20 student_status=九年级
"""
expect = []

[[example]]
case = "已不在册：不列"
given = """
registry_person @P1 age=20 student_status=小学 person_status=转出
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age, p.student_status AS student_status
FROM poor_person p
CROSS JOIN parameter q
WHERE p.student_status IN ('学前教育', '小学') AND p.age >= q.primary_school_age_most
