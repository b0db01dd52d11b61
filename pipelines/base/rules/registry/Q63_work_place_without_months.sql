/*
code = "Q63"
title = "有务工地点没有务工时间"
why = "登记了务工地点，务工时间却是零个月，劳动力台账和工资性收入无法核对。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
columns = ["registry_person.work_place"]
due_days = 60
advice = [
    "核实本人务工地点和当年累计务工月数",
    "据实更正，收入明细同时核对",
]
message = "登记有务工地点，务工时间为零个月。"
related = ["R14", "R98"]

[[example]]
case = "零个月：列为疑点"
given = """
registry_person @P1 work_place=县外省内 work_months=0
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "有月数、月数未填、没有务工地点、已不在册：不列"
given = """
registry_person @P1 work_place=县外省内 work_months=1
registry_person @P2 work_place=县外省内
registry_person @P3 work_months=0
registry_person @P4 work_place=县外省内 work_months=0 person_status=转出
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
WHERE p.work_place IS NOT NULL AND p.work_months = 0
