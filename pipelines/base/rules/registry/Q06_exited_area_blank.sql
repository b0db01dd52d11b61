/*
code = "Q06"
title = "脱贫户住房面积为零或未填"
why = "2014—2017年脱贫的户住房面积为零或未填，看不出住房是否有保障。"
policy = { clause = "一(三)", quote = "稳定实现农村贫困人口不愁吃、不愁穿,义务教育、基本医疗和住房安全有保障" }
owner = "扶贫办"
severity = "S2"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.house_area_centi"]
due_days = 30
advice = [
    "丈量住房面积并补录",
    "租住、与子女同住的注明",
]
message = "该户{exit_year}年脱贫，住房面积为零或没有填写。"
related = ["R14", "R86", "Q41"]

[[example]]
case = "2014—2017年脱贫而未达标：列为疑点"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2014 house_area_centi=0
registry_household #H2 exit_status=已脱贫(不再享受政策) exit_year=2017
"""
expect = ["H1/2014 <- registry_household:1", "H2/2017 <- registry_household:2"]

[[example]]
case = "有面积、未脱贫：不列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2014 house_area_centi=1
registry_household #H3 exit_year=2016
"""
expect = []
*/
SELECT h.household_id AS subject_id, CAST(h.exit_year AS VARCHAR) AS rule_key, h.record_id AS evidence, h.exit_year AS exit_year
FROM exited_early h
WHERE h.house_area_centi IS NULL OR h.house_area_centi = 0
