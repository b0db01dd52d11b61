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
message = "该人员自{tekun_month}起享受特困供养，同时仍在低保名单（自{dibao_month}起保）。"
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
case = "低保已停：不列"
given = """
tekun @P1
dibao @P1 household_no=D1 stop_month=201809
"""
expect = []

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
*/
WITH both_lists AS (
    SELECT t.person_id, t.record_id AS tekun_record, t.start_month AS tekun_month,
        d.record_id AS dibao_record, d.start_month AS dibao_month
    FROM tekun_active t
    JOIN dibao_active d ON d.person_id = t.person_id
    CROSS JOIN parameter q
    WHERE t.start_month < q.last_month
)
SELECT b.person_id AS subject_id, b.tekun_record AS evidence, 0 AS evidence_order,
    b.tekun_month AS tekun_month, b.dibao_month AS dibao_month
FROM both_lists b
UNION ALL
SELECT b.person_id AS subject_id, b.dibao_record AS evidence, 1 AS evidence_order,
    b.tekun_month AS tekun_month, b.dibao_month AS dibao_month
FROM both_lists b
