/*
code = "Q44"
title = "饮水是否安全未填"
why = "饮水情况是“两不愁”的必填项。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.drinking_water_safe"]
due_days = 60
advice = [
    "查户口簿、身份证或登记表,补正建档立卡信息",
]
message = "“饮水是否安全”没有填写。"
related = ["R14"]

[[example]]
case = "未填:列为疑点"
given = """
registry_household #H1
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "已填:不列"
given = """
registry_household #H1 drinking_water_safe=1
"""
expect = []

[[example]]
case = "不再享受政策:不列"
given = """
registry_household #H1  exit_status=已脱贫(不再享受政策)
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
WHERE h.drinking_water_safe IS NULL AND h.exit_status <> '已脱贫(不再享受政策)'
