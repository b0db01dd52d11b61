/*
code = "M51"
title = "同一人在两处领取低保或特困"
why = "一个人只能在一个县（区）、一户里享受一份救助，在两处领取多发了一份。"
policy = { clause = "二(四)", quote = "同一人只按一类认定" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["low_income"]
due_days = 10
advice = [
    "核实实际居住地，只保留一处",
    "从重复之月起核算多发金额并追回",
]
message = "{category}在两处（两户或两个县区）同时在册。"

[[example]]
case = "户编号不同、县区不同而编号相同：列为疑点"
given = """
low_income @P1 household_no=D1
low_income @P1 household_no=D2
low_income @P2 household_no=D3 category=特困
low_income @P2 household_no=D3 category=特困 county_code=529722
low_income @P3 household_no=D4 area=NULL
low_income @P3 household_no=D5
"""
expect = ["P1 <- low_income:1 low_income:2", "P2 <- low_income:3 low_income:4", "P3 <- low_income:5 low_income:6"]

[[example]]
case = "同一户写了两行、一处已退出、低保边缘、类别不同（M05列出）、城乡不同（M27列出）、两个人：不列"
given = """
low_income @P1 household_no=D1
low_income @P1 household_no=D1
low_income @P2 household_no=D2
low_income @P2 household_no=D3 stop_month=202503
low_income @P3 household_no=D4 category=低保边缘
low_income @P3 household_no=D5 category=低保边缘
low_income @P4 household_no=D6
low_income @P4 household_no=D7 category=特困
low_income @P5 household_no=D8
low_income @P5 household_no=D9 area=城市
low_income @P6 household_no=D10
low_income @P7 household_no=D11
"""
expect = []
*/
SELECT a.person_id AS subject_id, a.record_id AS evidence, a.category AS category
FROM low_income_active a
JOIN low_income_active b ON b.person_id = a.person_id
WHERE a.category IN ('低保', '特困') AND b.category = a.category AND COALESCE(a.area, '农村') = COALESCE(b.area, '农村')
    AND (a.household_no <> b.household_no OR a.county_code <> b.county_code)
