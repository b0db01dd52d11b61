/*
code = "R92b"
title = "三年累计培训贫困劳动力"
why = "县区职业教育精准脱贫技能培训班三年培训500人以上。"
policy = { clause = "二(二)2", quote = "3年培训贫困劳动力500人以上" }
owner = "人力资源和社会保障局"
severity = "S4"
subject = "unit"
sources = ["registry_person", "training"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { trained = "2018年以来累计培训的在册劳动力人数" }

[[example]]
case = "一人多次只计一次；以前年度、以后年度、不在册的不计"
given = """
registry_person @P1
training @P1 year=2018
training @P1 year=2018
registry_person @P2
training @P2 year=2017
training @P3 year=2018
registry_person @P4
training @P4 year=2019
registry_person @P5
training @P5 year=2018
"""
expect = ["trained 410600 2", "trained 410621 2", "trained 410621100 2", "trained 410621100200 2"]

[[example]]
case = "没有培训：不计"
given = """
registry_person @P1
"""
expect = []
*/
WITH trained AS (
    SELECT DISTINCT t.person_id
    FROM training t
    CROSS JOIN parameter q
    WHERE t.year >= q.training_from_year AND t.year <= q.year
)
SELECT
    'trained' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    1 AS numerator, q.training_total_target AS target
FROM poor_person p
JOIN trained t ON t.person_id = p.person_id
CROSS JOIN parameter q
