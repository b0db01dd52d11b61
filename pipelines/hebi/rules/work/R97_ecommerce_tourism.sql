/*
code = "R97"
title = "电商帮扶、旅游示范户数"
why = "当年电商帮扶和旅游示范的贫困户数与年度任务比较；旅游示范户2020年底累计300家，2018年以来的合并计数，一户只计一次。"
policy = { clause = "二(二)1", quote = "2018年底前完成2个贫困村和10户贫困家庭的电商帮扶任务" }
owner = "商务局/旅游局"
severity = "S4"
subject = "unit"
sources = ["industry_support", "registry_person"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { ecommerce = "电商帮扶户数", tourism = "旅游示范户数", tourism_total = "2018年以来累计旅游示范户数" }

[[example]]
case = "电商一户、旅游一户"
given = """
registry_person @P1 #H1 household_no=H1
industry_support @P1 year=2018 measure=电商
industry_support @P1 year=2018 measure=电商
registry_person @P2 #H2 household_no=H2
industry_support @P2 year=2018 measure=旅游
"""
expect = ["ecommerce 410600 1", "ecommerce 410621 1", "ecommerce 410621100 1", "ecommerce 410621100200 1", "tourism 410600 1", "tourism 410621 1", "tourism 410621100 1", "tourism 410621100200 1", "tourism_total 410600 1", "tourism_total 410621 1", "tourism_total 410621100 1", "tourism_total 410621100200 1"]

[[example]]
case = "上年、其他措施、不在册：不计"
given = """
registry_person @P1 #H1 household_no=H1
industry_support @P1 year=2017 measure=电商
industry_support @P1 year=2018 measure=光伏
industry_support @P2 year=2018 measure=旅游
registry_person @P3 #H3 household_no=H3
industry_support @P3 year=2017 measure=旅游
"""
expect = []

[[example]]
case = "2019年：累计数含2018年的户，一户只计一次；2017年的、次年的、其他措施的不计"
given = """
parameter year=2019
registry_person @P1 #H1 household_no=H1
industry_support @P1 year=2018 measure=旅游
industry_support @P1 year=2018 measure=旅游
registry_person @P2 #H2 household_no=H2
industry_support @P2 year=2017 measure=旅游
registry_person @P3 #H3 household_no=H3
industry_support @P3 year=2020 measure=旅游
registry_person @P4 #H4 household_no=H4
industry_support @P4 year=2018 measure=光伏
"""
expect = ["tourism_total 410600 1", "tourism_total 410621 1", "tourism_total 410621100 1", "tourism_total 410621100200 1"]
*/
WITH shown AS (
    SELECT DISTINCT p.household_no, p.county_code, p.township_code, p.village_code, s.measure
    FROM poor_person p
    JOIN industry_support s ON s.person_id = p.person_id
    JOIN parameter q ON q.year = s.year
),
so_far AS (
    SELECT DISTINCT p.household_no, p.county_code, p.township_code, p.village_code
    FROM poor_person p
    JOIN industry_support s ON s.person_id = p.person_id
    CROSS JOIN parameter q
    WHERE s.measure = '旅游' AND s.year >= q.tourism_from_year AND s.year <= q.year
)
SELECT
    'ecommerce' AS indicator, x.county_code AS county_code, x.township_code AS township_code, x.village_code AS village_code,
    1 AS numerator, q.ecommerce_target AS target
FROM shown x
CROSS JOIN parameter q
WHERE x.measure = '电商'
UNION ALL
SELECT
    'tourism' AS indicator, x.county_code AS county_code, x.township_code AS township_code, x.village_code AS village_code,
    1 AS numerator, q.tourism_target AS target
FROM shown x
CROSS JOIN parameter q
WHERE x.measure = '旅游'
UNION ALL
SELECT
    'tourism_total' AS indicator, y.county_code AS county_code, y.township_code AS township_code, y.village_code AS village_code,
    1 AS numerator, q.tourism_total_target AS target
FROM so_far y
CROSS JOIN parameter q
