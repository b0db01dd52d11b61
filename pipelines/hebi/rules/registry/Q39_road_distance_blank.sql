/*
code = "Q39"
title = "与村主干路距离未填"
why = "与村主干路距离是登记表必填项,反映出行条件。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.road_distance_centi"]
due_days = 60
advice = [
    "入户查看住房到村主干路的距离(公里),按实际情况补录",
    "补录后在下次导出中核对是否已保存",
]
message = "“与村主干路距离”没有填写。"
related = ["R14"]

[[example]]
case = "未填:列为疑点"
given = """
registry_household #H1
registry_household #H2 exit_status=已脱贫(享受政策)
registry_household #Z road_distance_centi=50
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "已填:不列"
given = """
registry_household #H1 road_distance_centi=50
registry_household #Z road_distance_centi=50
"""
expect = []

[[example]]
case = "不再享受政策:不列"
given = """
registry_household #H1 exit_status=已脱贫(不再享受政策)
registry_household #Z road_distance_centi=50
"""
expect = []

[[example]]
case = "本县区整列没有填(导出缺列),外县区填了:不列"
given = """
registry_household #H1
registry_household #Y cause_primary=因病 exit_status=已脱贫(不再享受政策)
registry_household #Z road_distance_centi=50 county_code=410622
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
JOIN household_filled f ON f.county_code = h.county_code
WHERE f.field = 'road_distance_centi' AND h.road_distance_centi IS NULL AND h.exit_status <> '已脱贫(不再享受政策)'
