/*
code = "Q01"
title = "脱贫户收入未达当年脱贫标准"
why = "2014—2017年脱贫的户，人均纯收入应达到当时的脱贫标准；低于标准的是错退或收入漏记。"
policy = { clause = "一(三)", quote = "稳定实现农村贫困人口不愁吃、不愁穿,义务教育、基本医疗和住房安全有保障" }
owner = "扶贫办"
severity = "S2"
subject = "household"
sources = ["registry_household"]
due_days = 30
advice = [
    "查脱贫当年的退出验收表和帮扶手册",
    "确未达标的落实政策，登记有误的更正",
    "收入漏记的补记明细并重算",
]
message = "该户{exit_year}年脱贫，人均纯收入登记为{per_capita_income_fen}。"
related = ["R14", "R105"]

[[example]]
case = "2014—2017年脱贫而未达标：列为疑点"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2014 per_capita_income_fen=295199
registry_household #H2 exit_status=已脱贫(不再享受政策) exit_year=2017 per_capita_income_fen=1
"""
expect = ["H1/2014 <- registry_household:1", "H2/2017 <- registry_household:2"]

[[example]]
case = "正好达标、未填：不列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2014 per_capita_income_fen=295200
registry_household #H2 exit_status=已脱贫(享受政策) exit_year=2014
"""
expect = []

[[example]]
case = "2013年或2018年脱贫、未脱贫：不列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2013 per_capita_income_fen=1
registry_household #H2 exit_status=已脱贫(享受政策) exit_year=2018 per_capita_income_fen=1
registry_household #H3 exit_year=2016 per_capita_income_fen=1
"""
expect = []
*/
SELECT h.household_id AS subject_id, CAST(h.exit_year AS VARCHAR) AS rule_key, h.record_id AS evidence, h.exit_year AS exit_year, h.per_capita_income_fen AS per_capita_income_fen
FROM exited_early h
CROSS JOIN parameter q
WHERE h.per_capita_income_fen < q.exit_income_least_fen
