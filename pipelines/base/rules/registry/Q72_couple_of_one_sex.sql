/*
code = "Q72"
title = "户主与配偶性别相同"
why = "户主和配偶性别相同，关系或性别录错。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_person"]
due_days = 60
advice = [
    "按户口簿更正关系或性别",
]
message = "户主与配偶性别都登记为{sex}。"
explained_by = ["Q89"]
related = ["R14"]

[[example]]
case = "都登记为男：列为疑点"
given = """
registry_person @P1 #H1 relation=本人或户主 sex=男
registry_person @P2 #H1 relation=配偶 sex=男
"""
expect = ["H1 <- registry_person:1 registry_person:2"]

[[example]]
case = "一男一女、不是一户、不是配偶：不列"
given = """
registry_person @P1 #H1 relation=本人或户主 sex=男
registry_person @P2 #H1 relation=配偶 sex=女
registry_person @P3 #H2 relation=配偶 sex=男
registry_person @P4 #H1 relation=之子 sex=男
"""
expect = []

[[example]]
case = "配偶之间不比较：没有户主不列"
given = """
registry_person @P2 #H1 relation=配偶 sex=男
registry_person @P3 #H1 relation=配偶 sex=男
"""
expect = []

[[example]]
case = "已不在册：不列"
given = """
registry_person @P1 #H1 relation=本人或户主 sex=男
registry_person @P2 #H1 relation=配偶 sex=男 person_status=死亡
"""
expect = []
*/
WITH couple AS (
    SELECT a.household_id, a.sex, a.record_id AS head_record, b.record_id AS spouse_record
    FROM poor_person a
    JOIN poor_person b ON b.household_no = a.household_no AND b.sex = a.sex
    WHERE a.relation = '本人或户主' AND b.relation = '配偶'
)
SELECT c.household_id AS subject_id, c.head_record AS evidence, 0 AS evidence_order, c.sex AS sex FROM couple c
UNION ALL
SELECT c.household_id AS subject_id, c.spouse_record AS evidence, 1 AS evidence_order, c.sex AS sex FROM couple c
