/*
code = "Q50"
title = "其他致贫原因与主要致贫原因相同"
why = "其他致贫原因不应重复主要原因。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
due_days = 60
advice = [
    "按实际情况更正其他致贫原因",
]
message = "其他致贫原因与主要致贫原因“{cause}”相同。"
related = ["R14"]

[[example]]
case = "相同：列为疑点"
given = """
registry_household #H1 cause_primary=因病 cause_other=因病
registry_household #H2 cause_primary=因病 cause_other=因病、因学
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "不同、未填：不列"
given = """
registry_household #H1 cause_primary=因病 cause_other=因学
registry_household #H2 cause_primary=因病
"""
expect = []

[[example]]
case = "不再享受政策：不列"
given = """
registry_household #H1 cause_primary=因病 cause_other=因病 exit_status=已脱贫(不再享受政策)
"""
expect = []

[[example]]
case = "第二个其他原因与主要原因相同：列为疑点"
given = """
registry_household #H1 cause_primary=因病 cause_other=缺技术;因病
"""
expect = ["H1"]
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence, h.cause_primary AS cause
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN other_cause c ON c.record_id = h.record_id AND c.cause = h.cause_primary
