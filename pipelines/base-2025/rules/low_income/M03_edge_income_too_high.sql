/*
code = "M03"
title = "低保边缘家庭收入达到或超过上限"
why = "低保边缘家庭的人均收入应低于低保标准的1.5倍，达到的不应再认定。"
policy = { clause = "二(二)", quote = "低保边缘家庭人均收入低于当地低保标准的1.5倍" }
owner = "民政局"
severity = "S2"
subject = "household"
sources = ["low_income"]
columns = ["low_income.monthly_income_fen"]
due_days = 30
advice = [
    "核对收入核算和家庭人口",
    "确已超过的按程序退出，符合刚性支出困难的转为该类",
]
message = "家庭月人均收入{monthly_income_fen}，所在县区低保标准每月{dibao_month_fen}。"

[[example]]
case = "正好1.5倍：列为疑点；差一分：不列"
given = """
low_income @P1 #H1 county_code=529799 category=低保边缘 monthly_income_fen=90000
low_income @P2 #H2 county_code=529799 category=低保边缘 monthly_income_fen=89999
"""
expect = ["H1 <- low_income:1"]

[[example]]
case = "县区自己的标准：正好1.5倍：列为疑点；差一分：不列；没有另定的按全市"
given = """
parameter dibao_month_fen=60000
county_parameter county_code=529721 dibao_month_fen=70000
low_income @P1 #H1 category=低保边缘 monthly_income_fen=105000
low_income @P2 #H2 category=低保边缘 monthly_income_fen=104999
low_income @P3 #H3 county_code=529799 category=低保边缘 monthly_income_fen=90000
"""
expect = ["H1 <- low_income:1", "H3 <- low_income:3"]

[[example]]
case = "低保、已退出、下月才认定、收入没有填写：不列"
given = """
low_income @P1 #H1 county_code=529799 monthly_income_fen=99000
low_income @P2 #H2 county_code=529799 category=低保边缘 monthly_income_fen=99000 stop_month=202503
low_income @P3 #H3 county_code=529799 category=低保边缘 monthly_income_fen=99000 start_month=202504
low_income @P4 #H4 county_code=529799 category=低保边缘 monthly_income_fen=NULL
"""
expect = []

[[example]]
case = "下月才退出、没有写认定年月：列为疑点；收入看不清：不判断"
given = """
low_income @P1 #H1 county_code=529799 category=低保边缘 monthly_income_fen=99000 stop_month=202504
low_income @P2 #H2 county_code=529799 category=低保边缘 monthly_income_fen=99000 start_month=NULL
low_income @P3 #H3 county_code=529799 category=低保边缘 monthly_income_fen=?
"""
expect = ["H1", "H2"]
undecided = ["H3"]
*/
SELECT
    l.household_id AS subject_id, l.record_id AS evidence, l.monthly_income_fen AS monthly_income_fen,
    COALESCE(k.dibao_month_fen, q.dibao_month_fen) AS dibao_month_fen
FROM low_income_active l
CROSS JOIN parameter q
LEFT JOIN county_parameter k ON k.county_code = l.county_code
WHERE l.category = '低保边缘' AND l.monthly_income_fen * 1000 >= COALESCE(k.dibao_month_fen, q.dibao_month_fen) * q.edge_permille
