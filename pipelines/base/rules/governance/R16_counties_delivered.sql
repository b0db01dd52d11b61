/*
code = "R16"
title = "比对时效：两份名单到齐的县区"
why = "每季度都要比对；缺了哪个县区的低保名单或建档立卡名单，该县区的疑点就是空白，不等于没有疑点。"
policy = { clause = "二(一)2", quote = "建立定期监测机制" }
owner = "扶贫办"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_person", "dibao"]
indicator = true
levels = ["city", "county"]
labels = { both_delivered = "低保和建档立卡名单都已报送的县区" }

[[example]]
case = "两份都有的算到齐；只有一份、只有城市低保、户表人口表缺一的不算"
given = """
division code=410602 level=2
division code=410603 level=2
division code=410611 level=2
division code=410621 level=2
division code=410622 level=2
division code=410621100 level=3
registry_household #H1 county_code=410602
registry_person @P1 county_code=410602
dibao @P1 county_code=410602
registry_household #H1 county_code=410602
registry_household #H2 county_code=410603
registry_person @P2 county_code=410603
dibao @P3 county_code=410611
registry_household #H4 county_code=410621
dibao @P4 county_code=410621
registry_household #H5 county_code=410622
registry_person @P5 county_code=410622
dibao @P5 county_code=410622 category=城市
"""
expect = ["both_delivered 410600 1/5", "both_delivered 410602 1/1", "both_delivered 410603 0/1", "both_delivered 410611 0/1", "both_delivered 410621 0/1", "both_delivered 410622 0/1"]

[[example]]
case = "乡镇、村不计"
given = """
division code=410621100 level=3
"""
expect = []

[[example]]
case = "低保名单没有写类别（名单名即农村低保）：算到齐"
given = """
division code=410621 level=2
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1 category=NULL
"""
expect = ["both_delivered 410600 1/1", "both_delivered 410621 1/1"]
*/
WITH households AS (
    SELECT DISTINCT h.county_code
    FROM registry_household h
),
persons AS (
    SELECT DISTINCT p.county_code
    FROM registry_person p
),
registered AS (
    SELECT h.county_code
    FROM households h
    JOIN persons p ON p.county_code = h.county_code
),
supported AS (
    SELECT DISTINCT d.county_code
    FROM dibao d
    WHERE d.category IS NULL OR d.category = '农村'
)
SELECT
    'both_delivered' AS indicator,
    c.code AS county_code, '' AS township_code, '' AS village_code,
    CASE WHEN r.county_code IS NOT NULL AND d.county_code IS NOT NULL THEN 1 ELSE 0 END AS numerator,
    1 AS denominator,
    10000 AS target
FROM division c
LEFT JOIN registered r ON r.county_code = c.code
LEFT JOIN supported d ON d.county_code = c.code
WHERE c.level = 2
