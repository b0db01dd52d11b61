/*
code = "R11"
title = "本季新增低保未同步识别"
why = "本季度新纳入低保的家庭没有建档立卡，应同步评估是否符合识别条件。"
policy = { clause = "二(一)2", quote = "有进有出、应扶尽扶、应保尽保" }
owner = "扶贫办"
severity = "S2"
subject = "household"
sources = ["dibao", "registry_person"]
optional_sources = ["dibao_previous"]
absent_from = [{ list = "registry_person" }]
due_days = 30
advice = [
    "在本季度内完成入户评估，符合条件的纳入拟新识别名单",
    "人均收入高于贫困线的，注明不予识别的理由",
]
message = "该户{start_month}新纳入农村低保，全家无人建档立卡。"
related = ["R14", "R01"]

[[example]]
case = "本季度起保、无人建档：列为疑点"
given = """
dibao @P1 #H1 household_no=D1 start_month=201807
dibao @P2 #H5 household_no=D1 start_month=201807
"""
expect = ["H1 <- dibao:1 dibao:2"]

[[example]]
case = "以前起保（由R01列出）、尚未起保：不列"
given = """
dibao @P1 #H1 household_no=D1 start_month=201806
dibao @P2 #H2 household_no=D2 start_month=201810
"""
expect = []

[[example]]
case = "成员已建档：不列"
given = """
dibao @P1 #H1 household_no=D1 start_month=201807
dibao @P2 #H1 household_no=D1 start_month=201807
registry_person @P2 #H9
"""
expect = []

[[example]]
case = "上季度已在保、只是换了编号：不列"
given = """
dibao @P1 #H1 household_no=D1 start_month=201807
dibao_previous @P1 household_no=D0
"""
expect = []

[[example]]
case = "城市低保：不列"
given = """
dibao @P1 #H1 household_no=D1 start_month=201808 category=城市
"""
expect = []

[[example]]
case = "同一编号在另一县已建档或上季度在保：不影响"
given = """
dibao @P1 #H1 household_no=D1 start_month=201807
dibao @P2 #H2 household_no=D1 start_month=201807 county_code=410622
registry_person @P2 #H9
dibao @P3 #H3 household_no=D1 start_month=201807 county_code=410611
dibao_previous @P3 household_no=D0
"""
expect = ["H1 <- dibao:1"]

[[example]]
case = "另一编号已建档或上季度在保：不影响"
given = """
dibao @P1 #H1 household_no=D1 start_month=201807
dibao @P2 #H2 household_no=D2 start_month=201807
registry_person @P2 #H9
dibao @P3 #H3 household_no=D3 start_month=201807
dibao_previous @P3 household_no=D0
"""
expect = ["H1 <- dibao:1"]

[[example]]
case = "整户人均年收入达到贫困线：不列；低于、单人保、收入未填：列为疑点"
given = """
dibao @P1 #H1 household_no=D1 start_month=201807 members_protected=1 household_income_fen=26734
dibao @P2 #H2 household_no=D2 start_month=201807 members_protected=1 household_income_fen=26733
dibao @P3 #H3 household_no=D3 start_month=201807 members_protected=1 household_income_fen=26734 protection_mode=单人
dibao @P4 #H4 household_no=D4 start_month=201807 members_protected=1
"""
expect = ["H2", "H3", "H4"]

[[example]]
case = "别的县、别的编号收入高：不影响"
given = """
dibao @P1 #H1 household_no=D1 start_month=201807 members_protected=1 household_income_fen=99999 county_code=410622
dibao @P2 #H2 household_no=D1 start_month=201807
dibao @P3 #H3 household_no=D3 start_month=201807 members_protected=1 household_income_fen=99999
"""
expect = ["H2"]
*/
WITH registered AS (
    SELECT DISTINCT d.county_code, d.household_no
    FROM dibao_rural d
    JOIN registry_person p ON p.person_id = d.person_id
),
known AS (
    SELECT DISTINCT d.county_code, d.household_no
    FROM dibao_rural d
    JOIN dibao_active_previous b ON b.person_id = d.person_id
),
home AS (
    SELECT d.county_code, d.household_no, d.household_id
    FROM dibao_rural d
    WHERE d.member_no = 1
)
SELECT h.household_id AS subject_id, d.record_id AS evidence, d.member_no AS evidence_order, d.start_month AS start_month
FROM dibao_rural d
CROSS JOIN parameter q
JOIN home h ON h.county_code = d.county_code AND h.household_no = d.household_no
LEFT JOIN registered r ON r.county_code = d.county_code AND r.household_no = d.household_no
LEFT JOIN dibao_above_line i ON i.county_code = d.county_code AND i.household_no = d.household_no
LEFT JOIN known k ON k.county_code = d.county_code AND k.household_no = d.household_no
WHERE d.start_month >= q.first_month AND r.household_no IS NULL AND k.household_no IS NULL AND i.household_no IS NULL
