/*
code = "M25"
title = "户籍迁出市外仍在低收入人口库"
why = "迁出市外以后由迁入地救助，原籍要及时退出。"
policy = { clause = "二(七)", quote = "去世、迁出、渐退期满的及时退出" }
owner = "民政局"
severity = "S2"
subject = "person"
sources = ["low_income", "moved"]
due_days = 30
advice = [
    "与迁入地衔接救助关系",
    "停发并核对多发月份",
]
message = "{move_date}户籍迁出市外，低收入人口库仍为在册（{category}）。"

[[example]]
case = "迁出满三十一天仍在册：列为疑点；差一天：不列"
given = """
low_income @P1
moved @P1 move_date=2025-02-28
low_income @P2
moved @P2 move_date=2025-03-01
"""
expect = ["P1 <- low_income:1 moved:1"]

[[example]]
case = "市内迁移、已退出：不列"
given = """
low_income @P1
moved @P1 kind=市内迁移
low_income @P2 stop_month=202503
moved @P2
"""
expect = []
*/
WITH hit AS (
    SELECT l.person_id, l.record_id AS pool_record, m.record_id AS move_record, m.move_date, l.category
    FROM low_income_active l
    JOIN moved m ON m.person_id = l.person_id
    CROSS JOIN parameter q
    WHERE m.kind = '迁出市外' AND m.move_date <= q.move_grace_date
)
SELECT i.person_id AS subject_id, i.pool_record AS evidence, 0 AS evidence_order, i.move_date AS move_date, i.category AS category FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.move_record AS evidence, 1 AS evidence_order, i.move_date AS move_date, i.category AS category FROM hit i
