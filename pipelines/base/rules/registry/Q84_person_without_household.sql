/*
code = "Q84"
title = "成员没有户登记"
why = "人员表有成员，户表没有对应的户，扶持政策无法落实到户。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person", "registry_household"]
due_days = 60
advice = [
    "核对户编号，补录户登记或更正成员的户编号",
]
message = "该人员的户编号在户表中不存在。"
related = ["R14"]

[[example]]
case = "户编号不在户表：列为疑点"
given = """
registry_person @P1 #H1
registry_household #H2
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "户编号相符：不列"
given = """
registry_person @P1 #H1
registry_household #H1
"""
expect = []

[[example]]
case = "已不在册：不列"
given = """
registry_person @P1 #H1 person_status=减少
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
LEFT JOIN (SELECT DISTINCT h.household_no FROM registry_household h) AS n ON n.household_no = p.household_no
WHERE n.household_no IS NULL
