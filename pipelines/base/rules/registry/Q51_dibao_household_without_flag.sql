/*
code = "Q51"
title = "低保贫困户无享受低保成员"
why = "户属性为低保贫困户，成员标识却无一人享受低保，登记自相矛盾。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
due_days = 60
advice = [
    "核对低保审批，更正户属性或成员标识",
]
message = "该户为低保贫困户，在册成员的“是否享受低保”都是否。"
explained_by = ["R04", "R06"]
related = ["R14"]

[[example]]
case = "成员都标否：列为疑点"
given = """
registry_household #H1 poverty_attribute=低保贫困户
registry_person @P1 #H1 dibao_flag=0
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "一人标是：不列"
given = """
registry_household #H1 poverty_attribute=低保贫困户
registry_person @P1 #H1 dibao_flag=0
registry_person @P2 #H1 dibao_flag=1
"""
expect = []

[[example]]
case = "标是的成员已死亡：列为疑点"
given = """
registry_household #H1 poverty_attribute=低保贫困户
registry_person @P1 #H1 dibao_flag=0
registry_person @P2 #H1 dibao_flag=1 person_status=死亡
"""
expect = ["H1"]

[[example]]
case = "其他属性、都未填、不再享受政策：不列"
given = """
registry_household #H1
registry_person @P1 #H1 dibao_flag=0
registry_household #H2 poverty_attribute=低保贫困户
registry_person @P2 #H2
registry_household #H3 poverty_attribute=低保贫困户 exit_status=已脱贫(不再享受政策)
registry_person @P3 #H3 dibao_flag=0
"""
expect = []
*/
WITH flagged AS (
    SELECT DISTINCT p.household_no FROM poor_person p WHERE p.dibao_flag = 1
),
unflagged AS (
    SELECT DISTINCT p.household_no FROM poor_person p WHERE p.dibao_flag = 0
)
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN unflagged u ON u.household_no = h.household_no
LEFT JOIN flagged f ON f.household_no = h.household_no
WHERE h.poverty_attribute = '低保贫困户' AND f.household_no IS NULL
