/*
code = "Q75"
title = "与村主干路距离异常"
why = "住房离村主干路超过50公里不合常理，多为单位（公里、米）录错。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.road_distance_centi"]
due_days = 60
advice = [
    "实地核对距离，按公里填写",
]
message = "登记的与村主干路距离超出合理范围，可能把米当作公里。"
related = ["R14"]

[[example]]
case = "超过：列为疑点"
given = """
registry_household #H1 road_distance_centi=5001
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "正好、未填、不再享受政策：不列"
given = """
registry_household #H1 road_distance_centi=5000
registry_household #H2
registry_household #H3 road_distance_centi=9000 exit_status=已脱贫(不再享受政策)
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
CROSS JOIN parameter q
WHERE h.road_distance_centi > q.road_distance_most_centi
