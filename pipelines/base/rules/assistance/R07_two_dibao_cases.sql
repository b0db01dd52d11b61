/*
code = "R07"
title = "重复享受低保（一人多保）"
why = "同一人同时在两个低保家庭中受保，低保金可能重复发放。"
policy = { clause = "二(一)2", quote = "有进有出" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["dibao"]
due_days = 15
advice = [
    "调阅两份低保档案，核对是否同一人、是否重名或证号有误",
    "查发放记录，确认两处是否都已发放，迁移当月一处应已停发",
    "确属重复的停发一处，并按规定追回多领资金",
]
message = "该人员在两个低保家庭中同时在保{months}个月，后一案起保{start_month}；金额较低的一案每人每月{monthly_amount_fen}，按此应追回{recover_fen}。"
related = ["R14"]

[[example]]
case = "两县各有一案：列为疑点"
given = """
dibao @P1 household_no=D1 start_month=201705
dibao @P1 household_no=D1 county_code=410622 start_month=201601
"""
expect = ["P1 <- dibao:2 dibao:1"]

[[example]]
case = "城市、农村各一案：列为疑点"
given = """
dibao @P1 household_no=D1
dibao @P1 household_no=D2 category=城市
"""
expect = ["P1"]

[[example]]
case = "同一案中列了两次：不列"
given = """
dibao @P1 household_no=D1
dibao @P1 household_no=D1
"""
expect = []

[[example]]
case = "迁移后原案已停：不列"
given = """
dibao @P1 household_no=D1 stop_month=201809
dibao @P1 household_no=D2 start_month=201809
"""
expect = []

[[example]]
case = "另一案下季度才开始：不列"
given = """
dibao @P1 household_no=D1
dibao @P1 household_no=D2 start_month=201810
"""
expect = []

[[example]]
case = "季度末以后才停保：仍列"
given = """
dibao @P1 household_no=D1 stop_month=201810
dibao @P1 household_no=D2
"""
expect = ["P1"]

[[example]]
case = "两案并存一年半、其中一案8月才停：应追回，列为疑点；只重叠迁移当月（旧案下月停）：不列；两案都没有起保年月：列为疑点；多年前已停：不列"
given = """
dibao @P1 household_no=D1 start_month=201601 stop_month=201808 monthly_amount_fen=20000
dibao @P1 household_no=D2 monthly_amount_fen=30000
dibao @P2 household_no=D3 stop_month=201810
dibao @P2 household_no=D4 start_month=201809 county_code=410622
dibao @P3 household_no=D5 start_month=NULL
dibao @P3 household_no=D6 start_month=NULL
dibao @P4 household_no=D7 start_month=201401 stop_month=201512
dibao @P4 household_no=D8 start_month=201401
dibao @P5 household_no=D9 stop_month=201708
dibao @P5 household_no=D10 start_month=201707
"""
expect = ["P1 <- dibao:1 dibao:2", "P3 <- dibao:5 dibao:6"]

[[example]]
case = "参数写明停保当月仍发：旧案9月停、新案8月起，重叠两个月，列为疑点；旧案8月停、新案8月起：只重叠迁移当月，不列"
given = """
parameter stop_month_paid=1
dibao @P1 household_no=D1 stop_month=201809
dibao @P1 household_no=D2 start_month=201808
dibao @P2 household_no=D3 stop_month=201808
dibao @P2 household_no=D4 start_month=201808
"""
expect = ["P1"]
*/
WITH pair AS (
    SELECT
        a.person_id, a.record_id, b.record_id AS other_record, a.start_month,
        LEAST(a.paid_until, b.paid_until) - GREATEST(a.paid_from, b.paid_from) AS overlap,
        LEAST(a.share_fen, b.share_fen) AS monthly_amount_fen
    FROM dibao_span a
    JOIN dibao_span b ON b.person_id = a.person_id
    -- The month of a transfer may be paid by both counties.
    WHERE (a.county_code <> b.county_code OR a.household_no <> b.household_no)
        AND LEAST(a.paid_until, b.paid_until) - GREATEST(a.paid_from, b.paid_from) > 100
),
double AS (
    SELECT
        p.person_id, CAST(MAX(p.overlap) / 100 AS BIGINT) AS months, MAX(p.monthly_amount_fen) AS monthly_amount_fen,
        MAX(p.start_month) AS start_month
    FROM pair p
    GROUP BY p.person_id
)
SELECT
    p.person_id AS subject_id, p.record_id AS evidence, p.start_month AS evidence_order, d.start_month AS start_month,
    d.months AS months, d.monthly_amount_fen AS monthly_amount_fen, d.months * d.monthly_amount_fen AS recover_fen
FROM pair p
JOIN double d ON d.person_id = p.person_id
