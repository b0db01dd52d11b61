/*
code = "R08"
title = "低保与特困供养重复享受"
why = "特困供养已包含基本生活费，不得再领低保金；同时在两份名单里，资金可能重复发放。"
policy = { clause = "二(一)2", quote = "有进有出" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["dibao", "tekun"]
due_days = 15
advice = [
    "核对低保转特困的审批日期和两项资金的发放月份",
    "转为特困后低保应自次月停发；重复发放的予以追回",
    "全户低保中只有本人转特困的，调整该户保障人口",
]
message = "该人员既在特困供养（{tekun_month}起），又在低保名单（{dibao_month}起，每人每月{monthly_amount_fen}），重复{months}个月，低保部分应追回{recover_fen}。"
related = ["R14"]

[[example]]
case = "两份名单都有：列为疑点"
given = """
tekun @P1
dibao @P1 household_no=D1
"""
expect = ["P1 <- tekun:1 dibao:1"]

[[example]]
case = "季度最后一个月才转特困：不列"
given = """
tekun @P1 start_month=201809
dibao @P1 household_no=D1
"""
expect = []

[[example]]
case = "季度中间已转特困：列为疑点"
given = """
tekun @P1 start_month=201808
dibao @P1 household_no=D1 category=城市
"""
expect = ["P1"]

[[example]]
case = "转特困当月、次月初即停：不列；低保已停，但此前重复领取、应追回：列为疑点；多年前已停：不列"
given = """
tekun @P1 start_month=201808
dibao @P1 household_no=D1 stop_month=201809
tekun @P2
dibao @P2 household_no=D2 stop_month=201809
tekun @P3 start_month=201401
dibao @P3 household_no=D3 start_month=201401 stop_month=201512
"""
expect = ["P2"]

[[example]]
case = "低保下季度才停：列为疑点"
given = """
tekun @P1
dibao @P1 household_no=D1 stop_month=201810
"""
expect = ["P1"]

[[example]]
case = "低保尚未开始：不列"
given = """
tekun @P1
dibao @P1 household_no=D1 start_month=201810
"""
expect = []

[[example]]
case = "是两个人：不列"
given = """
tekun @P1
dibao @P2 household_no=D1
"""
expect = []

[[example]]
case = "名单都没有起始年月：列为疑点；起始只差一月：不列"
given = """
tekun @P1 start_month=NULL
dibao @P1 household_no=D1 start_month=NULL
tekun @P2 start_month=201707
dibao @P2 household_no=D2 start_month=201601 stop_month=201708
"""
expect = ["P1"]
*/
-- The month of a change from one to the other may be paid by both.
WITH both_lists AS (
    SELECT
        t.person_id, t.record_id AS tekun_record, t.start_month AS tekun_month, d.record_id AS dibao_record,
        d.start_month AS dibao_month, d.share_fen,
        CAST((d.paid_until - GREATEST(t.paid_from, d.paid_from)) / 100 AS BIGINT) AS months
    FROM tekun_span t
    JOIN dibao_span d ON d.person_id = t.person_id
    WHERE d.paid_until - GREATEST(t.paid_from, d.paid_from) > 100
)
SELECT b.person_id AS subject_id, b.tekun_record AS evidence, 0 AS evidence_order,
    b.tekun_month AS tekun_month, b.dibao_month AS dibao_month, b.months AS months, b.share_fen AS monthly_amount_fen,
    b.months * b.share_fen AS recover_fen
FROM both_lists b
UNION ALL
SELECT b.person_id AS subject_id, b.dibao_record AS evidence, 1 AS evidence_order,
    b.tekun_month AS tekun_month, b.dibao_month AS dibao_month, b.months AS months, b.share_fen AS monthly_amount_fen,
    b.months * b.share_fen AS recover_fen
FROM both_lists b
