/*
code = "M27"
title = "同时享受农村和城市低保"
why = "同一人两份低保，是重复享受。"
policy = { clause = "二(四)", quote = "同一人只按一类认定" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["low_income"]
due_days = 10
advice = [
    "停发一份，追回重复发放的金额",
]
message = "农村低保{rural_start_month}起、城市低保{urban_start_month}起，同时在册。"

[[example]]
case = "城乡两份：列为疑点"
given = """
low_income @P1 household_no=D1
low_income @P1 household_no=D2 area=城市
"""
expect = ["P1 <- low_income:1 low_income:2"]

[[example]]
case = "一份已退出、都是农村、都是城市、一份是别的类别、两个人：不列；城乡看不清：不判断"
given = """
low_income @P1 household_no=D1 stop_month=202503
low_income @P1 household_no=D2 area=城市
low_income @P2 household_no=D3
low_income @P2 household_no=D4
low_income @P3 household_no=D5
low_income @P3 household_no=D6 area=城市 category=低保边缘
low_income @P4 household_no=D7
low_income @P5 household_no=D8 area=城市
low_income @P6 household_no=D9 area=城市
low_income @P6 household_no=D10 area=城市
low_income @P7 household_no=D11 category=其他
low_income @P7 household_no=D12 area=城市
low_income @P8 household_no=D13
low_income @P8 household_no=D14 area=?
"""
expect = []
undecided = ["P8"]
*/
WITH hit AS (
    SELECT a.person_id, a.record_id AS rural_record, b.record_id AS urban_record, a.start_month AS rural_start, b.start_month AS urban_start
    FROM low_income_active a
    JOIN low_income_active b ON b.person_id = a.person_id
    WHERE a.category = '低保' AND b.category = '低保' AND a.area = '农村' AND b.area = '城市'
)
SELECT i.person_id AS subject_id, i.rural_record AS evidence, 0 AS evidence_order, i.rural_start AS rural_start_month, i.urban_start AS urban_start_month FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.urban_record AS evidence, 1 AS evidence_order, i.rural_start AS rural_start_month, i.urban_start AS urban_start_month FROM hit i
