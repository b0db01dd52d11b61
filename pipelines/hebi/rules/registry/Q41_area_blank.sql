/*
code = "Q41"
title = "住房面积未填"
why = "住房面积是住房安全的基本信息。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.house_area_centi"]
due_days = 60
advice = [
    "实地丈量后补录;租住、借住的注明",
]
message = "住房面积没有填写或为零。"
related = ["R14"]

[[example]]
case = "未填:列为疑点"
given = """
registry_household #H1
registry_household #H2 house_area_centi=0
registry_household #Z house_area_centi=5000
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "已填:不列"
given = """
registry_household #H1 house_area_centi=5000
registry_household #Z house_area_centi=5000
"""
expect = []

[[example]]
case = "不再享受政策:不列"
given = """
registry_household #H1  exit_status=已脱贫(不再享受政策)
registry_household #Z house_area_centi=5000
"""
expect = []

[[example]]
case = "本县区整列没有填(导出缺列),外县区填了:不列"
given = """
registry_household #H1
registry_household #Y cause_primary=因病 exit_status=已脱贫(不再享受政策)
registry_household #Z house_area_centi=5000 county_code=410622
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
JOIN household_filled f ON f.county_code = h.county_code
WHERE f.field = 'house_area_centi' AND (h.house_area_centi IS NULL OR h.house_area_centi = 0) AND h.exit_status <> '已脱贫(不再享受政策)'
