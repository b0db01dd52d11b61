/*
code = "R19"
title = "兜底对象收入仍低于脱贫线"
why = "全户享受低保后人均收入仍低于脱贫线，要么补差不足，要么收入登记有误。"
policy = { clause = "二(一)2", quote = "确保每年农村低保标准高于脱贫线" }
owner = "民政局"
severity = "S2"
subject = "household"
sources = ["registry_household", "registry_person", "dibao"]
optional_sources = ["deceased", "insurance"]
due_days = 30
advice = [
    "核对低保金是否足额到账，收入登记是否计入低保金",
    "确属补差不足的提高补差；登记有误的更正收入",
]
message = "该户在册成员全部享受农村低保，人均纯收入{per_capita_income_fen}，低于脱贫线{poverty_line_fen}。"
related = ["R14"]

[[example]]
case = "全户在保、收入低于脱贫线：列为疑点"
given = """
registry_household @P1 #H1 per_capita_income_fen=320799
registry_person @P1 #H1
dibao @P1 household_no=D1
"""
expect = ["H1 <- registry_household:1 registry_person:1"]

[[example]]
case = "收入正好达到脱贫线：不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=320800
registry_person @P1 #H1
dibao @P1 household_no=D1
"""
expect = []

[[example]]
case = "有成员未在保：不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=300000
registry_person @P1 #H1
registry_person @P2 #H1
dibao @P1 household_no=D1
"""
expect = []

[[example]]
case = "无人在册：不列；不再享受政策：不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=300000
registry_household @P2 #H2 per_capita_income_fen=300000 exit_status=已脱贫(不再享受政策)
registry_person @P2 #H2
dibao @P2 household_no=D2
"""
expect = []

[[example]]
case = "今年才起保（收入是上年的）：不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=300000
registry_person @P1 #H1
dibao @P1 household_no=D1 start_month=201801
"""
expect = []

[[example]]
case = "上年12月起保：列为疑点"
given = """
registry_household @P1 #H1 per_capita_income_fen=300000
registry_person @P1 #H1
dibao @P1 household_no=D1 start_month=201712
"""
expect = ["H1"]
*/
WITH uncovered AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    SEMI JOIN alive_registered a ON a.record_id = p.record_id
    LEFT JOIN dibao_active d ON d.person_id = p.person_id
    WHERE d.person_id IS NULL
),
-- Support that began this year is not in the income of the year before.
recent AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN dibao_rural d ON d.person_id = p.person_id
    CROSS JOIN parameter q
    WHERE d.start_month > q.year * 100
),
covered AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN dibao_rural d ON d.person_id = p.person_id
)
SELECT
    h.household_id AS subject_id, v.record_id AS evidence, v.evidence_order AS evidence_order,
    h.per_capita_income_fen AS per_capita_income_fen, q.poverty_line_fen AS poverty_line_fen
FROM registry_household h
CROSS JOIN parameter q
SEMI JOIN entitled_household b ON b.household_no = h.household_no
JOIN covered c ON c.household_no = h.household_no
JOIN registry_evidence v ON v.household_no = h.household_no
LEFT JOIN uncovered u ON u.household_no = h.household_no
LEFT JOIN recent r ON r.household_no = h.household_no
WHERE h.per_capita_income_fen < q.poverty_line_fen AND u.household_no IS NULL AND r.household_no IS NULL
