/*
code = "M39"
title = "监测对象帮扶措施落实率"
why = "识别以后及时落实措施，以户计。"
policy = { clause = "一(三)", quote = "识别后及时落实帮扶措施" }
owner = "农业农村局"
severity = "S4"
subject = "unit"
sources = ["registry_household"]
indicator = true
levels = ["city", "county", "township"]
labels = { measured = "风险未消除的监测对象中有帮扶措施的比例" }

[[example]]
case = "两户一户有措施；已消除的不计"
given = """
registry_household #H1 measure=NULL measure_month=NULL
registry_household #H2
registry_household #H3 risk_status=已消除
"""
expect = ["measured 529700 1/2", "measured 529721 1/2", "measured 529721101 1/2"]

[[example]]
case = "没有监测对象：不计"
given = """
registry_household #H1 household_type=脱贫户 risk_status=NULL
"""
expect = []
*/
SELECT
    'measured' AS indicator, h.county_code AS county_code, h.township_code AS township_code, h.village_code AS village_code,
    CASE WHEN h.measure IS NULL AND h.measure_month IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator, q.full_permyriad AS target
FROM watched_household h
CROSS JOIN parameter q
