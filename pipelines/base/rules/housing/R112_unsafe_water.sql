/*
code = "R112"
title = "饮水安全未解决"
why = "贫困户饮水困难或不安全，“两不愁”没有解决。"
policy = { clause = "二(四)2", quote = "统筹解决好非贫困村贫困人口饮水安全问题" }
owner = "水利局"
severity = "S2"
subject = "household"
sources = ["registry_household"]
optional_sources = ["registry_person", "deceased", "insurance", "relocation", "tekun"]
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

[[example]]
case = "在册成员都已登记死亡、都是本季度才识别的户：不列；季度前一天识别、还有人在世的：列为疑点"
given = """
registry_household #H1 household_no=H1 drinking_water_safe=0
registry_person @P1 #H1 household_no=H1
deceased @P1 death_date=2018-05-01
registry_household #H2 household_no=H2 drinking_water_safe=0
registry_person @P2 #H2 household_no=H2 identified_date=2018-07-01
registry_household #H3 household_no=H3 drinking_water_safe=0
registry_person @P3 #H3 household_no=H3 identified_date=2018-06-30
registry_household #H4 household_no=H4 drinking_water_safe=0
registry_person @P4 #H4 household_no=H4
deceased @P4 death_date=2018-05-01
registry_person @P5 #H4 household_no=H4
"""
expect = ["H3", "H4"]

[[example]]
case = "全户集中供养、已易地搬迁入住：不列"
given = """
registry_household #H1 household_no=H1 drinking_water_safe=0
registry_person @P1 #H1 household_no=H1
tekun @P1 support_mode=集中
registry_household #H2 household_no=H2 drinking_water_safe=0
registry_person @P2 #H2 household_no=H2
relocation @P2 move_in_date=2018-01-01
"""
expect = []
*/
SELECT
    h.household_id AS subject_id, h.record_id AS evidence,
    CASE WHEN h.drinking_water_difficult = 1 THEN '饮水困难' ELSE '饮水不安全' END AS state
FROM registry_household h
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
ANTI JOIN housed_elsewhere elsewhere ON elsewhere.household_no = h.household_no
ANTI JOIN waiting_household waiting ON waiting.household_no = h.household_no
WHERE (h.drinking_water_difficult = 1 OR h.drinking_water_safe = 0)
