/*
code = "M23"
title = "已去世仍在低收入人口库"
why = "人已去世还在册，救助金可能还在发。"
policy = { clause = "二(七)", quote = "去世、迁出、渐退期满的及时退出" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["low_income", "deceased"]
due_days = 10
advice = [
    "停发并核对多发月份",
    "家人仍符合条件的重新核定",
]
message = "{death_date}去世，低收入人口库仍为在册（{category}）。"

[[example]]
case = "去世满三十一天仍在册：列为疑点；差一天：不列"
given = """
low_income @P1
deceased @P1 death_date=2025-02-28
low_income @P2
deceased @P2 death_date=2025-03-01
"""
expect = ["P1 <- low_income:1 deceased:1"]

[[example]]
case = "已退出：不列；下月才退出：列为疑点"
given = """
low_income @P1 stop_month=202503
deceased @P1
low_income @P2 stop_month=202504
deceased @P2
"""
expect = ["P2"]
*/
WITH hit AS (
    SELECT l.person_id, l.record_id AS pool_record, x.record_id AS death_record, x.death_date, l.category
    FROM low_income_active l
    JOIN deceased x ON x.person_id = l.person_id
    CROSS JOIN parameter q
    WHERE x.death_date <= q.death_grace_date
)
SELECT i.person_id AS subject_id, i.pool_record AS evidence, 0 AS evidence_order, i.death_date AS death_date, i.category AS category FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.death_record AS evidence, 1 AS evidence_order, i.death_date AS death_date, i.category AS category FROM hit i
