/*
code = "Q04"
title = "脱贫户饮水未解决"
why = "2014—2017年脱贫的户饮水困难或不安全，“两不愁”没有解决。"
policy = { clause = "一(三)", quote = "稳定实现农村贫困人口不愁吃、不愁穿,义务教育、基本医疗和住房安全有保障" }
owner = "扶贫办"
severity = "S2"
subject = "household"
sources = ["registry_household"]
due_days = 30
advice = [
    "查看水源、水质和取水时间",
    "未解决的纳入饮水安全工程，登记有误的更正",
]
message = "该户{exit_year}年脱贫，饮水登记为困难或不安全。"
related = ["R14", "R105"]

[[example]]
case = "2014—2017年脱贫而未达标：列为疑点"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2014 drinking_water_difficult=1
registry_household #H2 exit_status=已脱贫(不再享受政策) exit_year=2017 drinking_water_safe=0
"""
expect = ["H1/2014 <- registry_household:1", "H2/2017 <- registry_household:2"]

[[example]]
case = "饮水安全、未填、未脱贫：不列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2014 drinking_water_difficult=0 drinking_water_safe=1
registry_household #H2 exit_status=已脱贫(享受政策) exit_year=2014
registry_household #H3 drinking_water_safe=0 exit_year=2016
"""
expect = []
*/
SELECT h.household_id AS subject_id, CAST(h.exit_year AS VARCHAR) AS rule_key, h.record_id AS evidence, h.exit_year AS exit_year
FROM exited_early h
WHERE h.drinking_water_difficult = 1 OR h.drinking_water_safe = 0
