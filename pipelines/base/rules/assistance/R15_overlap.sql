/*
code = "R15"
title = "低保与建档立卡重合率"
why = "两份名单重合的程度反映精准衔接的水平，每季度公布。"
policy = { clause = "二(一)2", quote = "每季度比对一次农村低保对象和建档立卡贫困人口数据" }
owner = "扶贫办"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_person", "dibao"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { dibao_registered = "农村低保对象中建档立卡的比例", poor_on_dibao = "未脱贫人口中享受农村低保的比例" }

[[example]]
case = "两人在保、一人建档；未脱贫两人、一人在保"
given = """
dibao @P1 household_no=D1
dibao @P2 household_no=D1
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P3 #H1
"""
expect = ["dibao_registered 410600 1/2", "dibao_registered 410621 1/2", "dibao_registered 410621100 1/2", "dibao_registered 410621100200 1/2", "poor_on_dibao 410600 1/2", "poor_on_dibao 410621 1/2", "poor_on_dibao 410621100 1/2", "poor_on_dibao 410621100200 1/2"]

[[example]]
case = "已脱贫户、城市低保：不计"
given = """
dibao @P1 household_no=D1 category=城市
registry_household @P1 #H1 exit_status=已脱贫(享受政策)
registry_person @P1 #H1
"""
expect = []
*/
WITH poor AS (
    SELECT DISTINCT p.person_id
    FROM poor_person p
),
rural AS (
    SELECT DISTINCT d.person_id
    FROM dibao_rural d
),
listed AS (
    SELECT DISTINCT d.person_id, d.county_code, d.township_code, d.village_code
    FROM dibao_rural d
)
SELECT
    'dibao_registered' AS indicator,
    d.county_code AS county_code, d.township_code AS township_code, d.village_code AS village_code,
    CASE WHEN p.person_id IS NULL THEN 0 ELSE 1 END AS numerator,
    1 AS denominator
FROM listed d
LEFT JOIN poor p ON p.person_id = d.person_id
UNION ALL
SELECT
    'poor_on_dibao' AS indicator,
    p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN d.person_id IS NULL THEN 0 ELSE 1 END AS numerator,
    1 AS denominator
FROM poor_person p
JOIN registry_household h ON h.household_no = p.household_no
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
LEFT JOIN rural d ON d.person_id = p.person_id
