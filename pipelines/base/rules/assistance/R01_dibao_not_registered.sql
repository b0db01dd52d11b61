/*
code = "R01"
title = "在保未建档（应扶未扶疑似）"
why = "低保家庭收入已低于保障标准，却没有任何成员建档立卡，可能漏评，享受不到扶贫政策。"
policy = { clause = "二(一)2", quote = "每季度比对一次农村低保对象和建档立卡贫困人口数据" }
owner = "扶贫办"
severity = "S2"
subject = "household"
sources = ["dibao", "registry_person"]
absent_from = [{ list = "registry_person" }]
due_days = 30
advice = [
    "核对全家户口簿，看是否以其他姓名、旧证号或在别的村建档",
    "了解家庭收入、住房、上学、看病情况，符合条件的按程序申请识别纳入",
    "条件已好转的，请民政部门复核低保待遇",
]
message = "该户自{start_month}起享受农村低保，全家无人建档立卡。"
related = ["R14"]

[[example]]
case = "全家无人建档：列为疑点，户主记录在前"
given = """
dibao @P1 #H1 household_no=D1
dibao @P2 #H1 household_no=D1
registry_person @P9 #H9
"""
expect = ["H1 <- dibao:1 dibao:2"]

[[example]]
case = "成员匹配到别的户：归入户主所在户"
given = """
dibao @P1 #H1 household_no=D1
dibao @P2 #H5 household_no=D1
"""
expect = ["H1 <- dibao:1 dibao:2"]

[[example]]
case = "成员之一曾建档（已减少）：不列"
given = """
dibao @P1 #H1 household_no=D1
dibao @P2 #H1 household_no=D1
registry_person @P2 #H7 person_status=减少
"""
expect = []

[[example]]
case = "城市低保：不列"
given = """
dibao @P1 #H1 household_no=D1 category=城市
"""
expect = []

[[example]]
case = "本季度新起保：不列"
given = """
dibao @P1 #H1 household_no=D1 start_month=201807
"""
expect = []

[[example]]
case = "已停保：不列"
given = """
dibao @P1 #H1 household_no=D1 stop_month=201809
"""
expect = []

[[example]]
case = "季度末以后才停保：仍列"
given = """
dibao @P1 #H1 household_no=D1 stop_month=201810
"""
expect = ["H1"]

[[example]]
case = "同一家庭编号在另一县已建档：不影响本县"
given = """
dibao @P1 #H1 household_no=D1
dibao @P2 #H2 household_no=D1 county_code=410622
registry_person @P2 #H7
"""
expect = ["H1"]

[[example]]
case = "家庭编号相同而县不同：各归各户"
given = """
dibao @P1 #H1 household_no=D1
dibao @P2 #H2 household_no=D1 county_code=410622
"""
expect = ["H1 <- dibao:1", "H2 <- dibao:2"]

[[example]]
case = "家庭编号不同：各归各户"
given = """
dibao @P1 #H1 household_no=D1
dibao @P2 #H2 household_no=D2
registry_person @P2 #H7
"""
expect = ["H1 <- dibao:1"]

[[example]]
case = "申报收入达到贫困线（R11因此不列）的整户、全家收入远高于贫困线的单人保：不列；单人保收入不高、收入低一分：列为疑点"
given = """
dibao @P1 #H1 household_no=D1 members_protected=1 household_income_fen=26734
dibao @P2 #H2 household_no=D2 protection_mode=单人 members_protected=1 household_income_fen=200000
dibao @P3 #H3 household_no=D3 members_protected=1 household_income_fen=26733
dibao @P4 #H4 household_no=D4 protection_mode=单人 members_protected=1 household_income_fen=26734
dibao @P5 #H5 household_no=D5 county_code=410622 members_protected=1 household_income_fen=20000
dibao @P6 #H6 household_no=D5 members_protected=1 household_income_fen=30000
"""
expect = ["H3 <- dibao:3", "H4 <- dibao:4", "H5 <- dibao:5"]

[[example]]
case = "名单没有起保年月：早已在保，列为疑点"
given = """
dibao @P1 #H1 household_no=D1 start_month=NULL
"""
expect = ["H1"]

[[example]]
case = "参数写明停保当月仍发：9月停保的仍列，8月停保的不列"
given = """
parameter stop_month_paid=1
dibao @P1 #H1 household_no=D1 stop_month=201809
dibao @P2 #H2 household_no=D2 stop_month=201808
"""
expect = ["H1"]
*/
WITH registered AS (
    SELECT DISTINCT d.county_code, d.household_no
    FROM dibao_rural d
    JOIN registry_person p ON p.person_id = d.person_id
),
home AS (
    SELECT d.county_code, d.household_no, d.household_id
    FROM dibao_rural d
    WHERE d.member_no = 1
)
SELECT
    h.household_id AS subject_id,
    d.record_id AS evidence,
    d.member_no AS evidence_order,
    d.start_month AS start_month
FROM dibao_rural d
CROSS JOIN parameter q
JOIN home h ON h.county_code = d.county_code AND h.household_no = d.household_no
LEFT JOIN dibao_above_line i ON i.county_code = d.county_code AND i.household_no = d.household_no
LEFT JOIN registered r ON r.county_code = d.county_code AND r.household_no = d.household_no
WHERE (d.start_month IS NULL OR d.start_month < q.first_month) AND r.household_no IS NULL AND i.household_no IS NULL
