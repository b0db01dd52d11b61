/*
code = "R27c"
title = "重复领取养老待遇"
why = "同一人同时领取两份养老待遇（城乡居民和职工、机关事业，或两个县区各一份），只能保留一份，多领的应追回。"
policy = { clause = "二(一)2", quote = "逐年提高贫困群众城乡居民基本养老保险基础养老金最低标准" }
owner = "人力资源和社会保障局"
severity = "S1"
subject = "person"
sources = ["pension"]
due_days = 15
advice = [
    "核对两份待遇的险种、起始年月和发放记录",
    "确属重复的停发城乡居民养老保险待遇并追回",
]
message = "该人员同时领取两份养老待遇，重复{months}个月，较低的一份基础养老金每月{monthly_fen}，应追回{recover_fen}。"
related = ["R14"]

[[example]]
case = "居民、职工各领一份，两县各领一份：列为疑点；起始年月未填的不知重复几个月，照列"
given = """
pension @P1 start_month=201801 basic_pension_fen=9800
pension @P1 scheme=职工 start_month=201805 basic_pension_fen=90000
pension @P2 start_month=201701
pension @P2 start_month=201701 county_code=410622
pension @P3
pension @P3 scheme=机关事业
"""
expect = ["P1 <- pension:1 pension:2", "P2 <- pension:3 pension:4", "P3 <- pension:5 pension:6"]

[[example]]
case = "一份只是参保、同一行报了两次、一份下季度才开始、是两个人：不列"
given = """
pension @P1
pension @P1 scheme=职工 status=参保缴费
pension @P2
pension @P2
pension @P3
pension @P3 scheme=职工 start_month=201810
pension @P4
pension @P5 scheme=职工
"""
expect = []
*/
WITH paid AS (
    SELECT
        r.person_id, r.record_id, r.scheme, r.county_code, r.basic_pension_fen,
        (r.start_month - r.start_month % 100) * 12 + (r.start_month % 100) * 100 AS paid_from,
        (q.last_month - q.last_month % 100) * 12 + (q.last_month % 100) * 100 + 100 AS paid_until
    FROM pension r
    CROSS JOIN parameter q
    WHERE r.status = '领取待遇' AND (r.start_month IS NULL OR r.start_month <= q.last_month)
),
pair AS (
    SELECT
        a.person_id, a.record_id, a.paid_until - GREATEST(a.paid_from, b.paid_from) AS overlap,
        LEAST(a.basic_pension_fen, b.basic_pension_fen) AS monthly_fen,
        CASE WHEN a.paid_from IS NULL OR b.paid_from IS NULL THEN 0 ELSE 1 END AS known
    FROM paid a
    JOIN paid b ON b.person_id = a.person_id
    -- The same line twice in one file is one payment.
    WHERE a.scheme <> b.scheme OR a.county_code <> b.county_code
),
double AS (
    SELECT
        p.person_id, CAST(MAX(CASE WHEN p.known = 1 THEN p.overlap END) / 100 AS BIGINT) AS months, MAX(p.monthly_fen) AS monthly_fen
    FROM pair p
    GROUP BY p.person_id
)
SELECT p.person_id AS subject_id, p.record_id AS evidence, d.months AS months, d.monthly_fen AS monthly_fen,
    d.months * CAST(d.monthly_fen AS BIGINT) AS recover_fen
FROM pair p
JOIN double d ON d.person_id = p.person_id
