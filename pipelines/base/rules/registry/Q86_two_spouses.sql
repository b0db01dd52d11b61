/*
code = "Q86"
title = "一户有两名配偶"
why = "与户主关系为配偶的只能有一人；多出的多因儿媳、女婿录成配偶，或离婚再婚后没有更新。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
due_days = 60
advice = [
    "按户口簿逐人核对与户主关系",
    "更正关系，已分户的另行建档",
]
message = "该户有{entries}名在册成员与户主关系为“配偶”。"
related = ["R14"]

[[example]]
case = "两名配偶：列为疑点"
given = """
registry_household #H1
registry_person @P1 #H1 relation=配偶
registry_person @P2 #H1 relation=配偶
registry_person @P3 #H1 relation=之儿媳
"""
expect = ["H1 <- registry_household:1 registry_person:1 registry_person:2"]

[[example]]
case = "一名、另一名已不在册、不在一户、不再享受政策：不列"
given = """
registry_household #H1
registry_person @P1 #H1 relation=配偶
registry_person @P2 #H1 relation=配偶 person_status=死亡
registry_person @P9 #H1 relation=之儿媳
registry_household #H2
registry_person @P3 #H2 relation=配偶
registry_household #H3 exit_status=已脱贫(不再享受政策)
registry_person @P4 #H3 relation=配偶
registry_person @P5 #H3 relation=配偶
"""
expect = []
*/
WITH counted AS (
    SELECT p.household_no, COUNT(*) AS entries
    FROM poor_person p
    WHERE p.relation = '配偶'
    GROUP BY p.household_no
)
SELECT h.household_id AS subject_id, h.record_id AS evidence, 0 AS evidence_order, c.entries AS entries
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN counted c ON c.household_no = h.household_no
WHERE c.entries > 1
UNION ALL
SELECT h.household_id AS subject_id, p.record_id AS evidence, 1 AS evidence_order, c.entries AS entries
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN counted c ON c.household_no = h.household_no
JOIN poor_person p ON p.household_no = h.household_no
WHERE c.entries > 1 AND p.relation = '配偶'
