/*
code = "Q61"
title = "人均纯收入异常"
why = "人均纯收入小于等于零或超过10万元，应为录入错误。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
due_days = 60
advice = [
    "按收入明细重新核算",
]
message = "人均纯收入登记为{per_capita_income_fen}。"
related = ["R14"]

[[example]]
case = "为零、为负、过大：列为疑点"
given = """
registry_household #H1 per_capita_income_fen=0
registry_household #H2 per_capita_income_fen=-100
registry_household #H3 per_capita_income_fen=10000001
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2", "H3 <- registry_household:3"]

[[example]]
case = "正常、未填：不列"
given = """
registry_household #H1 per_capita_income_fen=10000000
registry_household #H2
"""
expect = []

[[example]]
case = "不再享受政策：不列"
given = """
registry_household #H1 per_capita_income_fen=0 exit_status=已脱贫(不再享受政策)
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence, h.per_capita_income_fen AS per_capita_income_fen
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
CROSS JOIN parameter q
WHERE (h.per_capita_income_fen <= 0 OR h.per_capita_income_fen > q.income_limit_fen)
