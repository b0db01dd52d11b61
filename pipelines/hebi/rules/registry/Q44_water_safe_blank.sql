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
registry_household #Z drinking_water_safe=1
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "已填:不列"
given = """
registry_household #H1 drinking_water_safe=1
registry_household #Z drinking_water_safe=1
"""
expect = []

[[example]]
case = "不再享受政策:不列"
given = """
registry_household #H1  exit_status=已脱贫(不再享受政策)
registry_household #Z drinking_water_safe=1
"""
expect = []

[[example]]
case = "本县区整列没有填(导出缺列),外县区填了:不列"
given = """
registry_household #H1
registry_household #Y cause_primary=因病 exit_status=已脱贫(不再享受政策)
registry_household #Z drinking_water_safe=1 county_code=410622
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
JOIN household_filled f ON f.county_code = h.county_code
WHERE f.field = 'drinking_water_safe' AND h.drinking_water_safe IS NULL AND h.exit_status <> '已脱贫(不再享受政策)'
