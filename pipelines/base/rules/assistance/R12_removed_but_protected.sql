/*
code = "R12"
title = "已清退/已脱贫不享受户仍在保"
why = "已清退或不再享受政策的家庭仍领低保或特困供养，可能是错保，也可能是错退。脱贫一年内的渐退期不查。"
policy = { clause = "二(一)2", quote = "实现低保对象动态管理" }
owner = "民政局"
severity = "S2"
subject = "household"
sources = ["registry_household", "registry_person", "dibao", "tekun"]
due_days = 30
advice = [
    "查清退或退出的原因和时间，查低保复核记录",
    "条件确已好转的停止保障；错退的恢复建档立卡",
]
message = "该户{state}，仍有成员在农村低保或特困供养名单中。"
related = ["R14"]

[[example]]
case = "不再享受政策的户有人在保：列为疑点"
given = """
registry_household @P1 #H1 exit_status=已脱贫(不再享受政策)
registry_person @P1 #H1
dibao @P1 household_no=D1
"""
expect = ["H1/exit <- registry_household:1 dibao:1"]

[[example]]
case = "清退人员领特困：列为疑点"
given = """
registry_person @P1 #H1 person_status=人员清退
tekun @P1
"""
expect = ["H1/removed <- registry_person:1 tekun:1"]

[[example]]
case = "清退后重新识别：不列"
given = """
registry_person @P1 #H1 person_status=人员清退
registry_person @P1 #H2
tekun @P1
"""
expect = []

[[example]]
case = "未脱贫、死亡或转出：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1
registry_person @P2 #H2 person_status=转出
tekun @P2
"""
expect = []

[[example]]
case = "不再享受政策、无人在保：不列"
given = """
registry_household @P1 #H1 exit_status=已脱贫(不再享受政策)
registry_person @P1 #H1
dibao @P1 household_no=D1 category=城市
registry_person @P2 #H2 person_status=人员清退
"""
expect = []

[[example]]
case = "只清退一人、同户仍有在册成员：不列"
given = """
registry_person @P1 #H1 person_status=人员清退
registry_person @P2 #H1
tekun @P1
"""
expect = []

[[example]]
case = "渐退期（上年、本年脱贫）：不列；更早脱贫：列为疑点"
given = """
registry_household @P1 #H1 exit_status=已脱贫(不再享受政策) exit_year=2017
registry_person @P1 #H1
dibao @P1 household_no=D1
registry_household @P2 #H2 exit_status=已脱贫(不再享受政策) exit_year=2018
registry_person @P2 #H2
dibao @P2 household_no=D2
registry_household @P3 #H3 exit_status=已脱贫(不再享受政策) exit_year=2016
registry_person @P3 #H3
dibao @P3 household_no=D3
"""
expect = ["H3/exit"]
*/
WITH exited AS (
    SELECT h.household_id, 'exit' AS rule_key, h.record_id, p.person_id, '已脱贫(不再享受政策)' AS state
    FROM registry_household h
    JOIN poor_person p ON p.household_no = h.household_no
    CROSS JOIN parameter q
    -- Dibao fades out after the exit.
    WHERE h.exit_status = '已脱贫(不再享受政策)' AND (h.exit_year IS NULL OR h.exit_year < q.year - q.fade_out_years)
    UNION ALL
    SELECT p.household_id, 'removed' AS rule_key, p.record_id, p.person_id, '已清退' AS state
    FROM registry_person p
    ANTI JOIN poor_person a ON a.person_id = p.person_id
    ANTI JOIN poor_person m ON m.household_no = p.household_no
    WHERE p.person_status LIKE '%清退%'
),
benefit AS (
    SELECT d.person_id, d.record_id FROM dibao_rural d
    UNION ALL
    SELECT t.person_id, t.record_id FROM tekun_active t
)
SELECT e.household_id AS subject_id, e.rule_key AS rule_key, e.record_id AS evidence, 0 AS evidence_order, e.state AS state
FROM exited e
SEMI JOIN benefit b ON b.person_id = e.person_id
UNION ALL
SELECT e.household_id AS subject_id, e.rule_key AS rule_key, b.record_id AS evidence, 1 AS evidence_order, e.state AS state
FROM exited e
JOIN benefit b ON b.person_id = e.person_id
