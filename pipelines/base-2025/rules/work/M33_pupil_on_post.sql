/*
code = "M33"
title = "在读学生登记在公益性岗位"
why = "在校学生不能任公益性岗位，多半是冒名或登记错误。"
policy = { clause = "三(六)", quote = "不得一人多岗、在校任岗" }
owner = "人社局"
severity = "S2"
subject = "person"
sources = ["employment", "student"]
due_days = 30
advice = [
    "查实际上岗的人和工资去向",
    "冒名的清退追缴，登记错的更正",
]
message = "{stage}在读，{post_month}登记在公益性岗位。"

[[example]]
case = "在读任公益岗：列为疑点"
given = """
employment @P1 kind=公益性岗位
student @P1 stage=高校
"""
expect = ["P1 <- employment:1 student:1"]

[[example]]
case = "务工、上月、已毕业、没有学籍：不列"
given = """
employment @P1
student @P1 stage=高校
employment @P2 kind=公益性岗位 month=202502
student @P2 stage=高校
employment @P3 kind=公益性岗位
student @P3 stage=高校 status=毕业
employment @P4 kind=公益性岗位
"""
expect = []
*/
WITH hit AS (
    SELECT e.person_id, e.record_id AS work_record, s.record_id AS school_record, e.month, s.stage
    FROM employment e
    JOIN student s ON s.person_id = e.person_id
    JOIN parameter q ON q.last_month = e.month
    WHERE e.kind = '公益性岗位' AND s.status = '在读'
)
SELECT i.person_id AS subject_id, i.work_record AS evidence, 0 AS evidence_order, i.month AS post_month, i.stage AS stage FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.school_record AS evidence, 1 AS evidence_order, i.month AS post_month, i.stage AS stage FROM hit i
