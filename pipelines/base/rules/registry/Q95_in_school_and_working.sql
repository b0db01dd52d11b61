/*
code = "Q95"
title = "在校生登记务工"
why = "同一个人既登记在校又登记务工三个月以上，教育资助和就业帮扶总有一边认错了人。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "核对学籍和务工情况，更正其中一项",
    "休学、毕业后务工的更新在校生状况",
]
message = "登记为“{student_status}”，又登记务工{months}个月。"
explained_by = ["R98"]
related = ["R14"]

[[example]]
case = "在校而务工三个月以上：列为疑点"
given = """
registry_person @P1 student_status=高中二年级 work_months=3
registry_person @P2 student_status=大专及以上 work_months=10
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "假期务工两个月、不在校、毕业班实习、已不在册：不列"
given = """
registry_person @P1 student_status=大专及以上 work_months=2
registry_person @P2 student_status=非在校生 work_months=10
registry_person @P3 student_status=中职三年级 work_months=6
registry_person @P4 student_status=高职三年级 work_months=6
registry_person @P5 student_status=高中二年级 work_months=6 person_status=死亡
"""
expect = []

[[example]]
case = "在校状况或务工月数没有填写：不列；看不出：不判断"
given = """
registry_person @P1 work_months=10
registry_person @P2 student_status=高中二年级
registry_person @P3 student_status=? work_months=10
registry_person @P4 student_status=高中二年级 work_months=?
"""
expect = []
undecided = ["P3", "P4"]
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.student_status AS student_status, p.work_months AS months
FROM poor_person p
CROSS JOIN parameter q
WHERE p.student_status NOT IN ('非在校生', '中职三年级', '高职三年级') AND p.work_months >= q.steady_work_months
