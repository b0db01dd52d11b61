/*
code = "M19"
title = "风险消除后饮水不安全"
why = "饮水安全没有保障，不能算风险已经稳定消除。"
policy = { clause = "一(四)", quote = "“两不愁三保障”及饮水安全持续巩固" }
owner = "水利局"
severity = "S1"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.safe_water"]
due_days = 15
advice = [
    "现场看水源和水质，落实供水",
    "已解决的更正登记",
]
message = "风险已消除，登记饮水不安全。"

[[example]]
case = "已消除户饮水不安全：列为疑点"
given = """
registry_household #H1 risk_status=已消除 safe_water=0
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "饮水安全、没有填写、未消除户、脱贫户：不列；看不清：不判断"
given = """
registry_household #H1 risk_status=已消除 safe_water=1
registry_household #H2 risk_status=已消除
registry_household #H3 safe_water=0
registry_household #H4 household_type=脱贫户 risk_status=已消除 safe_water=0
registry_household #H5 risk_status=已消除 safe_water=?
"""
expect = []
undecided = ["H5"]
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM released_household h
WHERE h.safe_water = 0
