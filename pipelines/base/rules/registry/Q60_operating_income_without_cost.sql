/*
code = "Q60"
title = "有生产经营性收入没有支出"
why = "种植、养殖、经营必有成本；只有收入没有支出，人均纯收入会算高，脱贫质量不实。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.operating_income_fen", "registry_household.operating_cost_fen"]
due_days = 60
advice = [
    "按种植、养殖、经营明细补记种子、饲料、农资等支出",
    "重新计算人均纯收入",
]
message = "该户生产经营性收入{operating_income_fen}，支出登记为零。"
related = ["R14"]

[[example]]
case = "支出为零：列为疑点"
given = """
registry_household #H1 operating_income_fen=1 operating_cost_fen=0
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "有支出、没有收入、支出未填、不再享受政策：不列"
given = """
registry_household #H1 operating_income_fen=100 operating_cost_fen=1
registry_household #H2 operating_income_fen=0 operating_cost_fen=0
registry_household #H3 operating_income_fen=100
registry_household #H4 operating_income_fen=100 operating_cost_fen=0 exit_status=已脱贫(不再享受政策)
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence, h.operating_income_fen AS operating_income_fen
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
WHERE h.operating_income_fen > 0 AND h.operating_cost_fen = 0
