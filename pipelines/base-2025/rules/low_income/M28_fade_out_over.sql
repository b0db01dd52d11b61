/*
code = "M28"
title = "渐退期已满仍在册"
why = "渐退期满以后应退出，继续发放属于应退未退。"
policy = { clause = "二(七)", quote = "去世、迁出、渐退期满的及时退出" }
owner = "民政局"
severity = "S2"
subject = "person"
sources = ["low_income"]
columns = ["low_income.fade_out_month"]
due_days = 30
advice = [
    "按程序退出，纳入跟踪监测",
    "延长渐退期的补批准材料",
]
message = "渐退期至{fade_out_month}，仍为在册（{category}）。"

[[example]]
case = "上月期满仍在册：列为疑点；本月期满：不列"
given = """
low_income @P1 fade_out_month=202502
low_income @P2 fade_out_month=202503
"""
expect = ["P1 <- low_income:1"]

[[example]]
case = "已退出、没有渐退期：不列；期限看不清：不判断"
given = """
low_income @P1 fade_out_month=202412 stop_month=202501
low_income @P2
low_income @P3 fade_out_month=?
"""
expect = []
undecided = ["P3"]
*/
SELECT l.person_id AS subject_id, l.record_id AS evidence, l.fade_out_month AS fade_out_month, l.category AS category
FROM low_income_active l
CROSS JOIN parameter q
WHERE l.fade_out_month < q.last_month
