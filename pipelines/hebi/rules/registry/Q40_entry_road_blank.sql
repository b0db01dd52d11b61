/*
code = "Q40"
title = "入户路类型未填"
why = "入户路类型是登记表必填项,是入户路硬化项目的底数。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.entry_road"]
due_days = 60
advice = [
    "入户查看入户路面(泥土、砂石、水泥、沥青),按实际情况补录",
    "补录后在下次导出中核对是否已保存",
]
message = "“入户路类型”没有填写。"
related = ["R14"]

[[example]]
case = "未填:列为疑点"
given = """
registry_household #H1
registry_household #H2 exit_status=已脱贫(享受政策)
registry_household #Z entry_road=水泥路
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "已填:不列"
given = """
registry_household #H1 entry_road=水泥路
registry_household #Z entry_road=水泥路
"""
expect = []

[[example]]
case = "不再享受政策:不列"
given = """
registry_household #H1 exit_status=已脱贫(不再享受政策)
registry_household #Z entry_road=水泥路
"""
expect = []

[[example]]
case = "本县区整列没有填(导出缺列),外县区填了:不列"
given = """
registry_household #H1
registry_household #Y cause_primary=因病 exit_status=已脱贫(不再享受政策)
registry_household #Z entry_road=水泥路 county_code=410622
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
JOIN household_filled f ON f.county_code = h.county_code
WHERE f.field = 'entry_road' AND h.entry_road IS NULL AND h.exit_status <> '已脱贫(不再享受政策)'
