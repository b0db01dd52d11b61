/*
code = "Q66"
title = "有工资性收入没有人务工"
why = "收入里有工资，却没有一名成员务工：或漏登务工信息，或工资收入虚高。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
columns = ["registry_household.wage_income_fen"]
due_days = 60
advice = [
    "核实工资由谁在哪里挣得，补登务工信息",
    "没有务工的，更正工资性收入并重算人均纯收入",
]
message = "该户工资性收入{wage_income_fen}，在册成员务工时间都是零个月。"
related = ["R14", "R98"]

[[example]]
case = "无人务工：列为疑点"
given = """
registry_household #H1 wage_income_fen=1
registry_person @P1 #H1 work_months=0
registry_person @P2 #H1 work_months=6 person_status=转出
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "有人务工、有成员未填、工资为零、不再享受政策、没有在册成员：不列"
given = """
registry_household #H1 wage_income_fen=100
registry_person @P1 #H1 work_months=1
registry_person @P2 #H1 work_months=0
registry_household #H2 wage_income_fen=100
registry_person @P3 #H2 work_months=0
registry_person @P4 #H2
registry_household #H3 wage_income_fen=0
registry_person @P5 #H3 work_months=0
registry_household #H4 wage_income_fen=100 exit_status=已脱贫(不再享受政策)
registry_person @P6 #H4 work_months=0
registry_household #H5 wage_income_fen=100
"""
expect = []
*/
WITH family AS (
    SELECT
        p.household_no,
        MAX(CASE WHEN p.work_months > 0 THEN 1 ELSE 0 END) AS working,
        MAX(CASE WHEN p.work_months IS NULL THEN 1 ELSE 0 END) AS unknown
    FROM poor_person p
    GROUP BY p.household_no
)
SELECT h.household_id AS subject_id, h.record_id AS evidence, h.wage_income_fen AS wage_income_fen
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN family f ON f.household_no = h.household_no
WHERE h.wage_income_fen > 0 AND f.working = 0 AND f.unknown = 0
