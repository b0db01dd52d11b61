/*
code = "M05"
title = "同一人同时按两类认定"
why = "同一人只按一类认定，两类并存会重复享受或重复统计。"
policy = { clause = "二(四)", quote = "同一人只按一类认定" }
owner = "民政局"
severity = "S2"
subject = "person"
sources = ["low_income"]
due_days = 30
advice = [
    "保留实际享受的一类，另一类退出",
    "停发重复的金额",
]
message = "同一人在册的类别有“{first_category}”和“{second_category}”。"

[[example]]
case = "低保又在低保边缘：列为疑点"
given = """
low_income @P1 #H1 household_no=D1
low_income @P1 #H1 household_no=D2 category=低保边缘
"""
expect = ["P1 <- low_income:1 low_income:2"]

[[example]]
case = "前一类已退出、后一类下月才起、同一类两行、类别没有填写：不列"
given = """
low_income @P1 household_no=D1 stop_month=202503
low_income @P1 household_no=D2 category=低保边缘
low_income @P2 household_no=D3
low_income @P2 household_no=D4 category=其他 start_month=202504
low_income @P3 household_no=D5
low_income @P3 household_no=D6
low_income @P4 household_no=D7
low_income @P4 household_no=D8 category=NULL
"""
expect = []
*/
WITH hit AS (
    SELECT a.person_id, a.record_id AS first_record, b.record_id AS second_record, a.category AS first_category, b.category AS second_category
    FROM low_income_active a
    JOIN low_income_active b ON b.person_id = a.person_id
    WHERE a.category < b.category
)
SELECT i.person_id AS subject_id, i.first_record AS evidence, 0 AS evidence_order, i.first_category AS first_category, i.second_category AS second_category FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.second_record AS evidence, 1 AS evidence_order, i.first_category AS first_category, i.second_category AS second_category FROM hit i
