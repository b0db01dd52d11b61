/*
code = "M04"
title = "刚性支出困难家庭不符合收入或支出条件"
why = "刚性支出困难家庭要收入低于上年度当地人均可支配收入，并且刚性支出占比超过当地规定。"
policy = { clause = "二(三)", quote = "刚性支出困难家庭人均收入低于上年度当地人均可支配收入，刚性支出占家庭收入的比例超过当地规定" }
owner = "民政局"
severity = "S2"
subject = "household"
sources = ["low_income"]
columns = ["low_income.monthly_income_fen", "low_income.rigid_expense_fen"]
due_days = 30
advice = [
    "核对收入和医疗、教育等刚性支出的票据",
    "不符合的按程序退出",
]
message = "家庭月人均收入{monthly_income_fen}，年收入{yearly_income_fen}，年刚性支出{rigid_expense_fen}。{reason}"

[[example]]
case = "收入正好等于可支配收入、支出正好等于规定占比：列为疑点；一分之差：不列"
given = """
parameter disposable_income_year_fen=2100000
low_income @P1 #H1 category=刚性支出困难 monthly_income_fen=175000 yearly_income_fen=100 rigid_expense_fen=100
low_income @P2 #H2 category=刚性支出困难 monthly_income_fen=174999 yearly_income_fen=1000000 rigid_expense_fen=600000
low_income @P3 #H3 category=刚性支出困难 monthly_income_fen=174999 yearly_income_fen=1000000 rigid_expense_fen=600001
"""
expect = ["H1 <- low_income:1", "H2 <- low_income:2"]

[[example]]
case = "县区自己的可支配收入和支出占比：按县区的"
given = """
parameter disposable_income_year_fen=2100000
county_parameter county_code=529721 disposable_income_year_fen=1800000 rigid_share_permille=500
low_income @P1 #H1 category=刚性支出困难 monthly_income_fen=150000 yearly_income_fen=100 rigid_expense_fen=100
low_income @P2 #H2 category=刚性支出困难 monthly_income_fen=100000 yearly_income_fen=1000000 rigid_expense_fen=500000
low_income @P3 #H3 category=刚性支出困难 monthly_income_fen=100000 yearly_income_fen=1000000 rigid_expense_fen=500001
low_income @P4 #H4 county_code=529799 category=刚性支出困难 monthly_income_fen=150000 yearly_income_fen=1000000 rigid_expense_fen=600001
"""
expect = ["H1 <- low_income:1", "H2 <- low_income:2"]

[[example]]
case = "不是这一类、已退出、支出没有填写：不列"
given = """
low_income @P1 #H1 category=低保边缘 monthly_income_fen=175000
low_income @P2 #H2 category=刚性支出困难 monthly_income_fen=199000 stop_month=202501
low_income @P3 #H3 category=刚性支出困难 monthly_income_fen=100000 yearly_income_fen=1000000
"""
expect = []
*/
SELECT
    l.household_id AS subject_id, l.record_id AS evidence, l.monthly_income_fen AS monthly_income_fen, l.yearly_income_fen AS yearly_income_fen,
    l.rigid_expense_fen AS rigid_expense_fen,
    CASE WHEN l.monthly_income_fen * 12 >= COALESCE(k.disposable_income_year_fen, q.disposable_income_year_fen) THEN '收入不低于上年人均可支配收入。' ELSE '支出占比没有超过规定。' END AS reason
FROM low_income_active l
CROSS JOIN parameter q
LEFT JOIN county_parameter k ON k.county_code = l.county_code
WHERE l.category = '刚性支出困难'
    AND (l.monthly_income_fen * 12 >= COALESCE(k.disposable_income_year_fen, q.disposable_income_year_fen)
        OR l.rigid_expense_fen * 1000 <= l.yearly_income_fen * COALESCE(k.rigid_share_permille, q.rigid_share_permille))
