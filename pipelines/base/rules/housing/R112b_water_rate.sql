/*
code = "R112b"
title = "饮水安全率"
why = "2019年基本完成饮水安全巩固提升，贫困人口饮水安全问题统筹解决。"
policy = { clause = "二(四)2", quote = "统筹解决好非贫困村贫困人口饮水安全问题" }
owner = "水利局"
severity = "S4"
subject = "unit"
sources = ["registry_household"]
optional_sources = ["registry_person", "relocation", "tekun"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { safe_water = "享受政策的建档立卡户中饮水不困难且安全的比例" }

[[example]]
case = "困难、不安全都算没有解决"
given = """
registry_household #H1 drinking_water_difficult=0 drinking_water_safe=1
registry_household #H2 drinking_water_difficult=1 drinking_water_safe=1
registry_household #H3 drinking_water_difficult=0 drinking_water_safe=0
registry_household #H4
registry_household #H5 drinking_water_difficult=1 exit_status=已脱贫(不再享受政策)
"""
expect = ["safe_water 410600 2/4", "safe_water 410621 2/4", "safe_water 410621100 2/4", "safe_water 410621100200 2/4"]

[[example]]
case = "都不再享受政策：不计"
given = """
registry_household #H1 drinking_water_safe=1 exit_status=已脱贫(不再享受政策)
"""
expect = []

[[example]]
case = "全户集中供养的：不计"
given = """
registry_household #H1 household_no=H1 drinking_water_safe=0
registry_person @P1 #H1 household_no=H1
tekun @P1 support_mode=集中
"""
expect = []
*/
SELECT
    'safe_water' AS indicator, h.county_code AS county_code, h.township_code AS township_code, h.village_code AS village_code,
    CASE WHEN h.drinking_water_difficult = 1 OR h.drinking_water_safe = 0 THEN 0 ELSE 1 END AS numerator, 1 AS denominator,
    q.water_target_permyriad AS target
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
ANTI JOIN housed_elsewhere elsewhere ON elsewhere.household_no = h.household_no
CROSS JOIN parameter q
