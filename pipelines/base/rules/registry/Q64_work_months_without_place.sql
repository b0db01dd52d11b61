/*
code = "Q64"
title = "有务工时间没有务工地点"
why = "登记了务工月数，没有务工地点，外出务工人员底数和三留守家庭无法核对。"
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
message = "登记务工{months}个月，没有填务工地点。"
related = ["R14", "R98"]

[[example]]
case = "没有地点：列为疑点"
given = """
registry_person @P1 work_months=1
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "有地点、零个月、未填、已不在册：不列"
given = """
registry_person @P1 work_months=6 work_place=乡镇内
registry_person @P2 work_months=0
registry_person @P3
registry_person @P4 work_months=6 person_status=死亡
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.work_months AS months
FROM poor_person p
WHERE p.work_months > 0 AND p.work_place IS NULL
