/*
code = "R96"
title = "贫困护林员人数"
why = "当年聘用的建档立卡贫困护林员人数与目标比较。"
policy = { clause = "二(二)3", quote = "为贫困人口提供50个护林员岗位,带动200名贫困人口增收脱贫" }
owner = "林业局"
severity = "S4"
subject = "unit"
sources = ["forest_ranger", "registry_person"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { rangers = "贫困护林员人数" }

[[example]]
case = "在册的护林员，一人计一次"
given = """
registry_person @P1
forest_ranger @P1 year=2018 post_no=A1
forest_ranger @P1 year=2018 post_no=A2
registry_person @P2
forest_ranger @P2 year=2018 post_no=A3
"""
expect = ["rangers 410600 2", "rangers 410621 2", "rangers 410621100 2", "rangers 410621100200 2"]

[[example]]
case = "不在册、上年聘用：不计"
given = """
forest_ranger @P1 year=2018 post_no=A1
registry_person @P2
forest_ranger @P2 year=2017 post_no=A2
"""
expect = []
*/
WITH hired AS (
    SELECT DISTINCT p.person_id, p.county_code, p.township_code, p.village_code
    FROM poor_person p
    JOIN forest_ranger f ON f.person_id = p.person_id
    JOIN parameter q ON q.year = f.year
)
SELECT 'rangers' AS indicator, x.county_code AS county_code, x.township_code AS township_code, x.village_code AS village_code,
    1 AS numerator, q.ranger_target AS target
FROM hired x
CROSS JOIN parameter q
