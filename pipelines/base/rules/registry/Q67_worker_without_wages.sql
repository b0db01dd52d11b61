/*
code = "Q67"
title = "有人务工没有工资性收入"
why = "有成员务工，工资性收入却是零，收入漏算会把已达标的家庭当作未达标。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
columns = ["registry_household.wage_income_fen"]
due_days = 60
advice = [
    "核实务工工资，补记收入",
    "当年尚未领取工资或自营的注明",
]
message = "该户有成员务工，工资性收入登记为零。"
related = ["R14", "R98"]

[[example]]
case = "有人务工、工资为零：列为疑点"
given = """
registry_household #H1 wage_income_fen=0
registry_person @P1 #H1 work_months=1
registry_person @P2 #H1
"""
expect = ["H1 <- registry_household:1 registry_person:1"]

[[example]]
case = "有工资、工资未填、无人务工、不再享受政策：不列"
given = """
registry_household #H1 wage_income_fen=1
registry_person @P1 #H1 work_months=6
registry_household #H2
registry_person @P2 #H2 work_months=6
registry_household #H3 wage_income_fen=0
registry_person @P3 #H3 work_months=0
registry_household #H4 wage_income_fen=0 exit_status=已脱贫(不再享受政策)
registry_person @P4 #H4 work_months=6
"""
expect = []
*/
WITH hit AS (
    SELECT h.household_id, h.record_id AS household_record, p.record_id AS person_record
    FROM registry_household h
    SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
    JOIN poor_person p ON p.household_no = h.household_no
    WHERE h.wage_income_fen = 0 AND p.work_months > 0
)
SELECT i.household_id AS subject_id, i.household_record AS evidence, 0 AS evidence_order FROM hit i
UNION ALL
SELECT i.household_id AS subject_id, i.person_record AS evidence, 1 AS evidence_order FROM hit i
