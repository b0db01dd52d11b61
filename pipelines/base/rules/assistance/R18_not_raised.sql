/*
code = "R18"
title = "提标后未按新标准发放"
why = "低保提标后仍按旧标准发放，保障不到位。标准从年初提起、二季度补发的，在补发期限所在的季度检查：与上季度名单相比金额没有变化的列出。"
policy = { clause = "二(一)2", quote = "做好农村低保提标工作" }
owner = "民政局"
severity = "S3"
subject = "household"
sources = ["dibao", "dibao_previous"]
columns = ["dibao.monthly_amount_fen", "dibao_previous.monthly_amount_fen"]
due_days = 60
advice = [
    "核对提标文件和差额补助重新核算结果",
    "漏调的按新标准补发；收入同时增加、金额恰好不变的注明",
]
message = "低保标准自{raise_month}起提高，该户月保障金仍为{monthly_amount_fen}，与上季度相同。"
related = ["R14"]

[[example]]
case = "提标后金额未变：列为疑点"
given = """
parameter dibao_raise_month=201807 dibao_raise_paid_month=201809
dibao_previous @P1 #H1 household_no=D1 monthly_amount_fen=20000
dibao @P1 #H1 household_no=D1 monthly_amount_fen=20000
"""
expect = ["H1 <- dibao:1 dibao_previous:1"]

[[example]]
case = "金额已调整、人数有变化、今季才起保：不列"
given = """
parameter dibao_raise_month=201807 dibao_raise_paid_month=201809
dibao_previous @P1 household_no=D1 monthly_amount_fen=20000
dibao @P1 #H1 household_no=D1 monthly_amount_fen=22000
dibao_previous @P2 household_no=D2 monthly_amount_fen=20000
dibao_previous @P3 household_no=D2 monthly_amount_fen=20000
dibao @P2 #H2 household_no=D2 monthly_amount_fen=20000
dibao @P4 #H4 household_no=D4 monthly_amount_fen=20000
"""
expect = []

[[example]]
case = "季度最后一个月提标、下季度才补发到位：不列"
given = """
parameter dibao_raise_month=201809 dibao_raise_paid_month=201812
dibao_previous @P1 household_no=D1 monthly_amount_fen=20000
dibao @P1 #H1 household_no=D1 monthly_amount_fen=20000
"""
expect = []

[[example]]
case = "上季度已提标、补发到位（两份名单都是提标后的）：不列"
given = """
parameter dibao_raise_month=201801 dibao_raise_paid_month=201806
dibao_previous @P1 household_no=D1 monthly_amount_fen=20000
dibao @P1 #H1 household_no=D1 monthly_amount_fen=20000
"""
expect = []

[[example]]
case = "城市低保、已停保、上季度尚未起保：不列"
given = """
parameter dibao_raise_month=201807 dibao_raise_paid_month=201809
dibao_previous @P1 household_no=D1 monthly_amount_fen=20000 category=城市
dibao @P1 #H1 household_no=D1 monthly_amount_fen=20000 category=城市
dibao_previous @P2 household_no=D2 monthly_amount_fen=20000
dibao @P2 #H2 household_no=D2 monthly_amount_fen=20000 stop_month=201808
dibao_previous @P3 household_no=D3 monthly_amount_fen=20000 start_month=201807
dibao @P3 #H3 household_no=D3 monthly_amount_fen=20000 start_month=201807
"""
expect = []

[[example]]
case = "两口之家未调整：列为疑点，各记录一份；同县别的家庭人数不相干；由城市低保转来的不列"
given = """
parameter dibao_raise_month=201807 dibao_raise_paid_month=201809
dibao_previous @P1 #H1 household_no=D1 monthly_amount_fen=20000
dibao_previous @P2 #H1 household_no=D1 monthly_amount_fen=20000
dibao @P1 #H1 household_no=D1 monthly_amount_fen=20000
dibao @P2 #H1 household_no=D1 monthly_amount_fen=20000
dibao_previous @P3 household_no=D3 monthly_amount_fen=30000
dibao_previous @P4 household_no=D3 monthly_amount_fen=30000
dibao @P3 #H3 household_no=D3 monthly_amount_fen=30000
dibao_previous @P5 household_no=D5 monthly_amount_fen=20000 category=城市
dibao @P5 #H5 household_no=D5 monthly_amount_fen=20000
"""
expect = ["H1 <- dibao:1 dibao_previous:1"]

[[example]]
case = "同号而在两县：各比各的"
given = """
parameter dibao_raise_month=201807 dibao_raise_paid_month=201809
dibao_previous @P1 household_no=D1 monthly_amount_fen=20000
dibao @P2 #H2 household_no=D1 monthly_amount_fen=20000 county_code=410622
"""
expect = []

[[example]]
case = "上季度最后一月或更早提标、本季度补发到位期限已到：金额未变的列为疑点，提标后才起保的不列"
given = """
parameter dibao_raise_month=201806 dibao_raise_paid_month=201807
dibao_previous @P1 household_no=D1 monthly_amount_fen=20000
dibao @P1 #H1 household_no=D1 monthly_amount_fen=20000
dibao_previous @P2 household_no=D2 monthly_amount_fen=20000 start_month=201806
dibao @P2 #H2 household_no=D2 monthly_amount_fen=20000 start_month=201806
dibao_previous @P3 household_no=D3 monthly_amount_fen=20000 start_month=NULL
dibao @P3 #H3 household_no=D3 monthly_amount_fen=20000 start_month=NULL
"""
expect = ["H1", "H3"]

[[example]]
case = "提标下季度才开始：不列"
given = """
parameter dibao_raise_month=201810 dibao_raise_paid_month=201809
dibao_previous @P1 household_no=D1 monthly_amount_fen=20000
dibao @P1 #H1 household_no=D1 monthly_amount_fen=20000
"""
expect = []
*/
WITH family AS (
    SELECT d.county_code, d.household_no, COUNT(*) AS members
    FROM dibao_rural d
    GROUP BY d.county_code, d.household_no
),
before AS (
    SELECT b.county_code, b.household_no, b.monthly_amount_fen, COUNT(*) AS members, MIN(b.record_id) AS record_id
    FROM dibao_active_previous b
    WHERE b.category = '农村'
    GROUP BY b.county_code, b.household_no, b.monthly_amount_fen
),
hit AS (
    SELECT d.household_id, d.record_id AS record_now, b.record_id AS record_before, d.monthly_amount_fen, q.dibao_raise_month
    FROM dibao_rural d
    CROSS JOIN parameter q
    JOIN family f ON f.county_code = d.county_code AND f.household_no = d.household_no
    JOIN before b ON b.county_code = d.county_code AND b.household_no = d.household_no
        AND b.monthly_amount_fen = d.monthly_amount_fen AND b.members = f.members
    WHERE d.member_no = 1 AND q.dibao_raise_paid_month > q.previous_last_month AND q.dibao_raise_paid_month <= q.last_month
        AND q.dibao_raise_month <= q.last_month AND (d.start_month IS NULL OR d.start_month < q.dibao_raise_month)
)
SELECT i.household_id AS subject_id, i.record_now AS evidence, 0 AS evidence_order, i.dibao_raise_month AS raise_month, i.monthly_amount_fen AS monthly_amount_fen FROM hit i
UNION ALL
SELECT i.household_id AS subject_id, i.record_before AS evidence, 1 AS evidence_order, i.dibao_raise_month AS raise_month, i.monthly_amount_fen AS monthly_amount_fen FROM hit i
