/*
code = "R119"
title = "建档立卡户登记的人均纯收入与上期之比"
why = "贫困地区收入增幅要高于全市平均。全市平均的名单没有；同一户登记的收入与上期之比低于1，收入没有增长。"
policy = { clause = "一(三)", quote = "实现贫困地区人均可支配收入增长幅度高于全市平均水平" }
owner = "扶贫办"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_household_previous"]
columns = ["registry_household.per_capita_income_fen", "registry_household_previous.per_capita_income_fen"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { income = "同一户登记的人均纯收入合计与上期之比" }

[[example]]
case = "两户合计与上期合计之比"
given = """
registry_household #H1 household_no=H1 per_capita_income_fen=500000
registry_household_previous #H1 household_no=H1 per_capita_income_fen=400000
registry_household #H2 household_no=H2 per_capita_income_fen=300000
registry_household_previous #H2 household_no=H2 per_capita_income_fen=400000
"""
expect = ["income 410600 800000/800000", "income 410621 800000/800000", "income 410621100 800000/800000", "income 410621100200 800000/800000"]

[[example]]
case = "上期没有的户、有一期没有填写的：不计"
given = """
registry_household #H1 household_no=H1 per_capita_income_fen=500000
registry_household #H2 household_no=H2 per_capita_income_fen=500000
registry_household_previous #H2 household_no=H2
registry_household #H3 household_no=H3
registry_household_previous #H3 household_no=H3 per_capita_income_fen=400000
"""
expect = []
*/
SELECT
    'income' AS indicator, h.county_code AS county_code, h.township_code AS township_code, h.village_code AS village_code,
    h.per_capita_income_fen AS numerator, b.per_capita_income_fen AS denominator, q.full_cover_permyriad AS target
FROM registry_household h
JOIN registry_household_previous b ON b.household_no = h.household_no
CROSS JOIN parameter q
WHERE h.per_capita_income_fen IS NOT NULL AND b.per_capita_income_fen IS NOT NULL
