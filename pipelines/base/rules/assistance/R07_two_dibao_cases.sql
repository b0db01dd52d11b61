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
message = "该人员同时列入{cases}个低保家庭，最早一份自{start_month}起保。"
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
*/
WITH listed AS (
    SELECT DISTINCT d.person_id, d.county_code, d.household_no
    FROM dibao_active d
),
counted AS (
    SELECT c.person_id, COUNT(*) AS cases
    FROM listed c
    GROUP BY c.person_id
)
SELECT
    d.person_id AS subject_id,
    d.record_id AS evidence,
    d.start_month AS evidence_order,
    n.cases AS cases,
    d.start_month AS start_month
FROM dibao_active d
JOIN counted n ON n.person_id = d.person_id
WHERE n.cases > 1
