/*
code = "Q87"
title = "脱贫年度与脱贫标志矛盾"
why = "未脱贫的户填了脱贫年度，或脱贫年度在本年以后，脱贫人数和年度统计会出错。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
due_days = 60
advice = [
    "查退出公告和验收表，确定是否脱贫及年度",
    "更正脱贫标志或脱贫年度",
]
message = "该户脱贫标志为{exit_status}，脱贫年度为{exit_year}。"
related = ["R14"]

[[example]]
case = "未脱贫而有年度、年度在以后：列为疑点"
given = """
registry_household #H1 exit_year=2017
registry_household #H2 exit_status=已脱贫(享受政策) exit_year=2019
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "年度未填、已脱贫、返贫、预脱贫：不列"
given = """
registry_household #H1
registry_household #H2 exit_status=已脱贫(享受政策) exit_year=2018
registry_household #H3 exit_status=返贫 exit_year=2016
registry_household #H4 exit_status=预脱贫 exit_year=2018
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence, h.exit_status AS exit_status, h.exit_year AS exit_year
FROM registry_household h
CROSS JOIN parameter q
WHERE (h.exit_status = '未脱贫' AND h.exit_year IS NOT NULL) OR h.exit_year > q.year
