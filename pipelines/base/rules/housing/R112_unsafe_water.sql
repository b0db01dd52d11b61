/*
code = "R112"
title = "饮水安全未解决"
why = "贫困户饮水困难或不安全，“两不愁”没有解决。"
policy = { clause = "二(四)2", quote = "统筹解决好非贫困村贫困人口饮水安全问题" }
owner = "水利局"
severity = "S2"
subject = "household"
sources = ["registry_household"]
due_days = 30
advice = [
    "核实水源、水质、取水距离",
    "纳入饮水安全巩固提升工程",
]
message = "该户登记为{state}。"

[[example]]
case = "饮水困难、不安全：列为疑点"
given = """
registry_household #H1 drinking_water_difficult=1
registry_household #H2 drinking_water_safe=0 exit_status=返贫
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "饮水安全、未填：不列"
given = """
registry_household #H1 drinking_water_difficult=0 drinking_water_safe=1
registry_household #H2
"""
expect = []

[[example]]
case = "已脱贫（由R105列出）：不列"
given = """
registry_household #H1 drinking_water_safe=0 exit_status=已脱贫(享受政策)
"""
expect = []
*/
SELECT
    h.household_id AS subject_id, h.record_id AS evidence,
    CASE WHEN h.drinking_water_difficult = 1 THEN '饮水困难' ELSE '饮水不安全' END AS state
FROM registry_household h
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
WHERE (h.drinking_water_difficult = 1 OR h.drinking_water_safe = 0)
