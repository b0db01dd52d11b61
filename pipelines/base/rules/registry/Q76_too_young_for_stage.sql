/*
code = "Q76"
title = "年龄过小与在校阶段矛盾"
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
case = "14周岁读高中：列为疑点"
given = """
registry_person @P1 age=14 student_status=高中一年级
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "4周岁读小学、10周岁读初中：列为疑点；5周岁读小学、11周岁读初中、3周岁上幼儿园：不列"
given = """
registry_person @P1 age=4 student_status=小学
registry_person @P2 age=10 student_status=七年级
registry_person @P3 age=10 student_status=八年级
registry_person @P4 age=10 student_status=九年级
registry_person @P5 age=5 student_status=小学
registry_person @P6 age=11 student_status=七年级
registry_person @P7 age=3 student_status=学前教育
"""
expect = ["P1", "P2", "P3", "P4"]

[[example]]
case = "15周岁读高中、14周岁读初中：不列"
given = """
registry_person @P1 age=15 student_status=高中一年级
registry_person @P2 age=14 student_status=九年级
"""
expect = []

[[example]]
case = "已不在册：不列"
given = """
registry_person @P1 age=14 student_status=高中一年级 person_status=转出
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age, p.student_status AS student_status
FROM poor_person p
CROSS JOIN parameter q
WHERE (p.student_status IN ('高中一年级', '高中二年级', '高中三年级', '中职一年级', '中职二年级', '中职三年级', '高职一年级', '高职二年级', '高职三年级', '大专及以上') AND p.age <= q.high_school_age_least)
    OR (p.student_status IN ('七年级', '八年级', '九年级') AND p.age < q.middle_school_age_least)
    OR (p.student_status = '小学' AND p.age < q.primary_school_age_least)
