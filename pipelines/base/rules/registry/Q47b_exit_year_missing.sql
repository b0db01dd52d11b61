/*
code = "Q47b"
title = "已脱贫户没有脱贫年度"
why = "已脱贫户必须有脱贫年度，才能核对年度脱贫任务。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.exit_year"]
due_days = 60
advice = [
    "查脱贫公示和验收表补录",
]
message = "该户已脱贫，没有填写脱贫年度。"
related = ["R14"]

[[example]]
case = "已脱贫未填年度：列为疑点"
given = """
registry_household #H1 exit_status=已脱贫(享受政策)
registry_household #H2 exit_status=已脱贫(不再享受政策)
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "已填、未脱贫：不列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2017
registry_household #H2
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
WHERE h.exit_status IN ('已脱贫(享受政策)', '已脱贫(不再享受政策)') AND h.exit_year IS NULL
