/*
code = "Q37b"
title = "人均纯收入未填"
why = "收入是识别、退出和低保比对的基础。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.per_capita_income_fen"]
due_days = 60
advice = [
    "按上年度收入核算后补录",
]
message = "人均纯收入没有填写。"
related = ["R14"]

[[example]]
case = "未填:列为疑点"
given = """
registry_household #H1
registry_household #Z per_capita_income_fen=500000
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "已填:不列"
given = """
registry_household #H1 per_capita_income_fen=300000
registry_household #Z per_capita_income_fen=500000
"""
expect = []

[[example]]
case = "不再享受政策:不列"
given = """
registry_household #H1  exit_status=已脱贫(不再享受政策)
registry_household #Z per_capita_income_fen=500000
"""
expect = []

[[example]]
case = "本县区整列没有填(导出缺列),外县区填了:不列"
given = """
registry_household #H1
registry_household #Y cause_primary=因病 exit_status=已脱贫(不再享受政策)
registry_household #Z per_capita_income_fen=500000 county_code=410622
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
JOIN household_filled f ON f.county_code = h.county_code
WHERE f.field = 'per_capita_income_fen' AND h.per_capita_income_fen IS NULL AND h.exit_status <> '已脱贫(不再享受政策)'
