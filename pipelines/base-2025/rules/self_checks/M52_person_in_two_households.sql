/*
code = "M52"
title = "同一人登记在监测系统的两户"
why = "一个人只在一户，登记在两户会重复帮扶、重复统计。"
policy = { clause = "一(八)", quote = "监测信息逐月更新，联系方式、务工、劳动能力等如实填写" }
owner = "农业农村局"
severity = "S2"
subject = "person"
sources = ["registry_person"]
optional_sources = ["deceased"]
due_days = 30
advice = [
    "核实实际所在户，另一户做自然减少",
]
message = "登记在户编号{first_no}和{second_no}两户。"

[[example]]
case = "户编号不同：列为疑点"
given = """
registry_person @P1 #H1 household_no=A1
registry_person @P1 #H2 household_no=A2
"""
expect = ["P1 <- registry_person:1 registry_person:2"]

[[example]]
case = "同一户写了两行、一处已减少、去世的、两个人：不列"
given = """
registry_person @P1 #H1 household_no=A1
registry_person @P1 #H1 household_no=A1
registry_person @P2 #H2 household_no=A2
registry_person @P2 #H3 household_no=A3 person_status=自然减少
registry_person @P3 #H4 household_no=A4
registry_person @P3 #H5 household_no=A5
deceased @P3
registry_person @P4 #H6 household_no=A6
registry_person @P5 #H7 household_no=A7
"""
expect = []
*/
WITH hit AS (
    SELECT
        a.person_id, a.record_id AS first_record, b.record_id AS second_record, a.household_no AS first_no, b.household_no AS second_no
    FROM current_person a
    JOIN current_person b ON b.person_id = a.person_id
    WHERE a.household_no < b.household_no
)
SELECT i.person_id AS subject_id, i.first_record AS evidence, 0 AS evidence_order, i.first_no AS first_no, i.second_no AS second_no FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.second_record AS evidence, 1 AS evidence_order, i.first_no AS first_no, i.second_no AS second_no FROM hit i
