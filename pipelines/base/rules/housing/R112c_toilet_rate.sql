/*
code = "R112c"
title = "卫生厕所普及率"
why = "加快推进农村“厕所革命”；享受政策的建档立卡户中有卫生厕所的比例，没有填写的不计。"
policy = { clause = "二(四)4", quote = "大力开展农村户用无害化卫生厕所建设和改造" }
owner = "农业局"
severity = "S4"
subject = "unit"
sources = ["registry_household"]
columns = ["registry_household.toilet"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { toilet = "享受政策的建档立卡户中有卫生厕所的比例" }

[[example]]
case = "有、没有、没有填写"
given = """
registry_household #H1 toilet=1
registry_household #H2 toilet=0
registry_household #H3
registry_household #H4 toilet=1 exit_status=已脱贫(不再享受政策)
"""
expect = ["toilet 410600 1/2", "toilet 410621 1/2", "toilet 410621100 1/2", "toilet 410621100200 1/2"]

[[example]]
case = "都没有填写：不出数"
given = """
registry_household #H1
"""
expect = []
*/
SELECT
    'toilet' AS indicator, h.county_code AS county_code, h.township_code AS township_code, h.village_code AS village_code,
    h.toilet AS numerator, 1 AS denominator
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
WHERE h.toilet IS NOT NULL
