/*
code = "Q70"
title = "空挂户"
why = "户登记还在，没有一名在册成员。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
due_days = 60
advice = [
    "核实是否全家死亡、迁出或并户",
    "按程序销户或补录成员",
]
message = "该户没有一名在册成员。"
related = ["R14"]

[[example]]
case = "没有成员、成员都已不在册：列为疑点"
given = """
registry_household #H1
registry_household #H2
registry_person @P2 #H2 person_status=死亡
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "有在册成员、不再享受政策：不列"
given = """
registry_household #H1
registry_person @P1 #H1
registry_household #H2 exit_status=已脱贫(不再享受政策)
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
ANTI JOIN poor_person m ON m.household_no = h.household_no
