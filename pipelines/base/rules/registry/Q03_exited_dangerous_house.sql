/*
code = "Q03"
title = "脱贫户登记住危房"
why = "2014—2017年脱贫的户仍登记住危房，住房安全没有保障。"
policy = { clause = "一(三)", quote = "稳定实现农村贫困人口不愁吃、不愁穿,义务教育、基本医疗和住房安全有保障" }
owner = "扶贫办"
severity = "S2"
subject = "household"
sources = ["registry_household"]
due_days = 30
advice = [
    "到现场看房，已改造、另有安全住房的更正登记",
    "仍住危房的立即落实改造",
]
message = "该户{exit_year}年脱贫，是否危房户或危房级别仍登记为危房。"
explained_by = ["R75", "R86"]
related = ["R14", "R86"]

[[example]]
case = "2014—2017年脱贫而未达标：列为疑点"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2014 dangerous_house=1
registry_household #H2 exit_status=已脱贫(不再享受政策) exit_year=2017 danger_level=D
"""
expect = ["H1/2014 <- registry_household:1", "H2/2017 <- registry_household:2"]

[[example]]
case = "住房安全、未填、未脱贫：不列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2014 dangerous_house=0 danger_level=B
registry_household #H2 exit_status=已脱贫(享受政策) exit_year=2014
registry_household #H3 dangerous_house=1 exit_year=2016
"""
expect = []

[[example]]
case = "脱贫标志未填而有脱贫年度：列为疑点；返贫：不列"
given = """
registry_household #H1 exit_status=NULL exit_year=2016 dangerous_house=1
registry_household #H2 exit_status=返贫 exit_year=2016 dangerous_house=1
"""
expect = ["H1/2016"]
*/
SELECT h.household_id AS subject_id, CAST(h.exit_year AS VARCHAR) AS rule_key, h.record_id AS evidence, h.exit_year AS exit_year
FROM exited_early h
WHERE h.dangerous_house = 1 OR h.danger_level IN ('C', 'D')
