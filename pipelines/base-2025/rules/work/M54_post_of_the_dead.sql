/*
code = "M54"
title = "已去世仍登记在公益性岗位"
why = "人已去世还登记在岗，岗位补贴发错了人。"
policy = { clause = "三(六)", quote = "公益性岗位一人一岗，不得一人多岗、在校任岗" }
owner = "人社局"
severity = "S1"
subject = "person"
sources = ["employment", "deceased"]
due_days = 10
advice = [
    "查岗位由谁在做、补贴发给了谁",
    "从去世次月起核算多发金额并追回",
]
message = "{death_date}去世，{post_month}仍登记在公益性岗位。"

[[example]]
case = "去世满三十一天、本月仍在岗：列为疑点；差一天：不列"
given = """
employment @P1 kind=公益性岗位
deceased @P1 death_date=2025-02-28
employment @P2 kind=公益性岗位
deceased @P2 death_date=2025-03-01
"""
expect = ["P1 <- employment:1 deceased:1"]

[[example]]
case = "务工、上月的岗位、没有去世：不列"
given = """
employment @P1
deceased @P1
employment @P2 kind=公益性岗位 month=202502
deceased @P2
employment @P3 kind=公益性岗位
"""
expect = []
*/
WITH hit AS (
    SELECT e.person_id, e.record_id AS work_record, x.record_id AS death_record, x.death_date, e.month
    FROM employment e
    JOIN deceased x ON x.person_id = e.person_id
    JOIN parameter q ON q.last_month = e.month
    WHERE e.kind = '公益性岗位' AND x.death_date <= q.death_grace_date
)
SELECT i.person_id AS subject_id, i.work_record AS evidence, 0 AS evidence_order, i.death_date AS death_date, i.month AS post_month FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.death_record AS evidence, 1 AS evidence_order, i.death_date AS death_date, i.month AS post_month FROM hit i
