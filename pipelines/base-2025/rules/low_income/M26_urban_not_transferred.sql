/*
code = "M26"
title = "户籍迁入城镇仍按农村低保"
why = "农村低保对象户籍迁入城镇，要按城市低保重新核定，标准不同。"
policy = { clause = "二(四)", quote = "同一人只按一类认定" }
owner = "民政局"
severity = "S3"
subject = "person"
sources = ["low_income", "moved"]
due_days = 30
advice = [
    "按城市低保标准重新核定，转移档案",
]
message = "{move_date}户籍迁入城镇，仍按农村低保。"

[[example]]
case = "迁入城镇满三十一天：列为疑点；差一天：不列"
given = """
low_income @P1
moved @P1 kind=迁入城镇 move_date=2025-02-28
low_income @P2
moved @P2 kind=迁入城镇 move_date=2025-03-01
"""
expect = ["P1 <- low_income:1 moved:1"]

[[example]]
case = "已按城市低保、特困、已退出、迁出市外：不列"
given = """
low_income @P1 area=城市
moved @P1 kind=迁入城镇
low_income @P2 category=特困
moved @P2 kind=迁入城镇
low_income @P3 stop_month=202503
moved @P3 kind=迁入城镇
low_income @P4
moved @P4
"""
expect = []
*/
WITH hit AS (
    SELECT l.person_id, l.record_id AS pool_record, m.record_id AS move_record, m.move_date
    FROM low_income_active l
    JOIN moved m ON m.person_id = l.person_id
    CROSS JOIN parameter q
    WHERE l.category = '低保' AND l.area = '农村' AND m.kind = '迁入城镇' AND m.move_date <= q.move_grace_date
)
SELECT i.person_id AS subject_id, i.pool_record AS evidence, 0 AS evidence_order, i.move_date AS move_date FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.move_record AS evidence, 1 AS evidence_order, i.move_date AS move_date FROM hit i
