/*
code = "R08b"
title = "重复享受特困供养"
why = "同一人在两个县区或先后两次登记特困供养，供养金可能重复发放。"
policy = { clause = "二(一)2", quote = "有进有出" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["tekun"]
due_days = 15
advice = [
    "核对两处的供养审批和发放，由实际居住地一处供养",
    "确属重复的停发一处并追回",
]
message = "该人员有两份特困供养，重复{months}个月，较低的一份每月{monthly_fen}，应追回{recover_fen}。"
related = ["R14"]

[[example]]
case = "两县各一份、同县先后起始的两份：列为疑点"
given = """
tekun @P1 annual_amount_fen=600000
tekun @P1 annual_amount_fen=720000 county_code=410622
tekun @P2
tekun @P2 start_month=201801
"""
expect = ["P1 <- tekun:1 tekun:2", "P2 <- tekun:3 tekun:4"]

[[example]]
case = "同一行报了两次、只重叠一个月（迁移当月）、是两个人：不列"
given = """
tekun @P1
tekun @P1
tekun @P2
tekun @P2 start_month=201809 county_code=410622
tekun @P3
tekun @P4 county_code=410622
"""
expect = []
*/
WITH pair AS (
    SELECT
        a.person_id, a.record_id, b.record_id AS other_record,
        LEAST(a.paid_until, b.paid_until) - GREATEST(a.paid_from, b.paid_from) AS overlap,
        LEAST(a.monthly_fen, b.monthly_fen) AS monthly_fen
    FROM tekun_span a
    JOIN tekun_span b ON b.person_id = a.person_id
    -- The same line twice in one file is one entry; the month of a transfer may be paid by both counties.
    WHERE (a.county_code <> b.county_code OR a.paid_from <> b.paid_from)
        AND LEAST(a.paid_until, b.paid_until) - GREATEST(a.paid_from, b.paid_from) > 100
),
double AS (
    SELECT p.person_id, CAST(MAX(p.overlap) / 100 AS BIGINT) AS months, MAX(p.monthly_fen) AS monthly_fen
    FROM pair p
    GROUP BY p.person_id
)
SELECT p.person_id AS subject_id, p.record_id AS evidence, d.months AS months, d.monthly_fen AS monthly_fen,
    d.months * d.monthly_fen AS recover_fen
FROM pair p
JOIN double d ON d.person_id = p.person_id
