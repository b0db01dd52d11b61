/*
code = "Q69"
title = "帮扶责任人本人是贫困人口"
why = "帮扶责任人自己也在建档立卡，或是身份证号录错，或是随意指派，帮扶无法落实。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
columns = ["registry_household.helper_id_number"]
due_days = 60
advice = [
    "核对帮扶责任人姓名、单位和证件号码",
    "确属贫困人口的调整帮扶责任人",
]
message = "该户帮扶责任人的证件号码与一名建档立卡在册人员相同。"
related = ["R14", "R111"]

[[example]]
case = "证号与在册人员相同：列为疑点"
given = """
registry_household #H1 helper_id_number=410621197001011231
registry_person @P2 #H2 id18=410621197001011231
registry_household #H3 helper_id_number=41062119800101123x
registry_person @P4 #H4 id18=41062119800101123X
"""
expect = ["H1 <- registry_household:1 registry_person:1", "H3 <- registry_household:2 registry_person:2"]

[[example]]
case = "不是在册人员、证号都为空、不再享受政策：不列"
given = """
registry_household #H1 helper_id_number=410621197001011231
registry_person @P2 #H2 id18=410621197001011231 person_status=减少
registry_household #H3
registry_person @P3 #H3
registry_household #H4 helper_id_number=410621198001011238 exit_status=已脱贫(不再享受政策)
registry_person @P4 #H5 id18=410621198001011238
"""
expect = []
*/
WITH helper AS (
    SELECT h.household_id, h.record_id, UPPER(h.helper_id_number) AS id18
    FROM registry_household h
    SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
),
hit AS (
    SELECT a.household_id, a.record_id AS household_record, p.record_id AS person_record
    FROM helper a
    JOIN poor_person p ON p.id18 = a.id18
)
SELECT i.household_id AS subject_id, i.household_record AS evidence, 0 AS evidence_order FROM hit i
UNION ALL
SELECT i.household_id AS subject_id, i.person_record AS evidence, 1 AS evidence_order FROM hit i
