/*
code = "Q34"
title = "贫困户无户主"
why = "一户必须有且有一名在册户主。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
due_days = 60
advice = [
    "核实户主是否死亡、迁出，按户口簿变更户主",
]
message = "该户在册成员中没有户主。"
explained_by = ["Q70"]
related = ["R14"]

[[example]]
case = "在册成员都不是户主：列为疑点"
given = """
registry_household #H1
registry_person @P1 #H1 relation=配偶
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "有户主：不列"
given = """
registry_household #H1
registry_person @P1 #H1 relation=本人或户主
"""
expect = []

[[example]]
case = "户主已死亡未变更：列为疑点"
given = """
registry_household #H1
registry_person @P1 #H1 relation=本人或户主 person_status=死亡
registry_person @P2 #H1 relation=之子
"""
expect = ["H1"]

[[example]]
case = "没有在册成员（由Q70列出）、不再享受政策：不列"
given = """
registry_household #H1
registry_household #H2 exit_status=已脱贫(不再享受政策)
registry_person @P2 #H2 relation=之子
"""
expect = []
*/
WITH headed AS (
    SELECT DISTINCT p.household_no FROM poor_person p WHERE p.relation = '本人或户主'
),
living AS (
    SELECT DISTINCT p.household_no FROM poor_person p
)
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN living m ON m.household_no = h.household_no
LEFT JOIN headed n ON n.household_no = h.household_no
WHERE n.household_no IS NULL
