/*
code = "Q83"
title = "户人数与在册成员数不符"
why = "户表人数与在册成员数不一致，有漏录或未及时减少的成员。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
due_days = 60
advice = [
    "逐人核对，补录漏登成员或更正人数",
]
message = "户登记{person_count}人，在册成员{members}人。"
explained_by = ["Q70"]
related = ["R14"]

[[example]]
case = "登记2人、在册1人：列为疑点"
given = """
registry_household #H1 person_count=2
registry_person @P1 #H1
registry_person @P2 #H1 person_status=死亡
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "一致、未填、没有在册成员（由Q70列出）、不再享受政策：不列"
given = """
registry_household #H1 person_count=1
registry_person @P1 #H1
registry_household #H2
registry_person @P2 #H2
registry_household #H3 person_count=1
registry_household #H4 person_count=2 exit_status=已脱贫(不再享受政策)
registry_person @P4 #H4
"""
expect = []
*/
WITH family AS (
    SELECT p.household_no, COUNT(*) AS members FROM poor_person p GROUP BY p.household_no
)
SELECT h.household_id AS subject_id, h.record_id AS evidence, h.person_count AS person_count, m.members AS members
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN family m ON m.household_no = h.household_no
WHERE h.person_count <> m.members
