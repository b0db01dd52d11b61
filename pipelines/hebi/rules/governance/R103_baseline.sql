/*
code = "R103"
title = "2017年底贫困人口基数核对"
why = "2017年底未脱贫人口应为19702人；数字漂移须以自然增减、返贫、新识别、清退说明。"
policy = { clause = "序言", quote = "截至2017年底,全市还有30个贫困村,19702名农村贫困人口,其中深度贫困村20个" }
owner = "扶贫办"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_person"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { poor_end_2017 = "2017年底未脱贫人口（按现登记推算）" }

[[example]]
case = "未脱贫、预脱贫、2018年后脱贫的计数"
given = """
registry_household #H1
registry_person @P1 #H1
registry_household #H2 exit_status=预脱贫
registry_person @P2 #H2
registry_household #H3 exit_status=已脱贫(享受政策) exit_year=2018
registry_person @P3 #H3
"""
expect = ["poor_end_2017 410600 3", "poor_end_2017 410621 3", "poor_end_2017 410621100 3", "poor_end_2017 410621100200 3"]

[[example]]
case = "2017年以前脱贫、已不在册：不计"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2017
registry_person @P1 #H1
registry_household #H2
registry_person @P2 #H2 person_status=死亡
"""
expect = []

[[example]]
case = "脱贫标志和年度都未填：计入"
given = """
registry_household @P1 #H1 household_no=H1 exit_status=NULL
registry_person @P1 #H1 household_no=H1
registry_household @P2 #H2 household_no=H2 exit_status=NULL exit_year=2016
registry_person @P2 #H2 household_no=H2
"""
expect = ["poor_end_2017 410600 1", "poor_end_2017 410621 1", "poor_end_2017 410621100 1", "poor_end_2017 410621100200 1"]

[[example]]
case = "已脱贫而年度未填：不计"
given = """
registry_household @P1 #H1 household_no=H1 exit_status=已脱贫(享受政策)
registry_person @P1 #H1 household_no=H1
"""
expect = []
*/
SELECT
    'poor_end_2017' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    1 AS numerator, q.baseline_poor_persons AS target
FROM poor_person p
JOIN registry_household h ON h.household_no = p.household_no
CROSS JOIN parameter q
WHERE h.exit_status IN ('未脱贫', '预脱贫') OR h.exit_year > q.baseline_year OR (h.exit_status IS NULL AND h.exit_year IS NULL)
