/*
code = "R02"
title = "建档未保（应保未保/漏保疑似）"
why = "未脱贫、预脱贫、返贫户收入低于低保标准或家中没有劳动力，却无人享受城乡低保或特困供养，基本生活可能没有兜底。"
policy = { clause = "二(一)2", quote = "有进有出、应扶尽扶、应保尽保" }
owner = "民政局"
severity = "S1"
subject = "household"
sources = ["registry_household", "registry_person", "dibao", "tekun"]
optional_sources = ["deceased", "insurance"]
absent_from = [
    { list = "dibao", of = "registry_person", rows = "protected_or_granted" },
    { list = "tekun", of = "registry_person", rows = "protected_or_granted" },
]
due_days = 30
advice = [
    "核实家庭收入和劳动力状况，查看上次低保申请及审批结果",
    "符合条件的告知并协助申请低保或特困供养；本人放弃的留存签字记录",
    "有车、有房、有经营实体等不符合条件的，记录原因",
]
message = "该户{reason}（人均纯收入{per_capita_income_fen}，低保标准每年{dibao_standard_fen}），在册成员均未享受低保或特困供养。"
related = ["R14"]

[[example]]
case = "收入低于低保标准、无人受保：列为疑点，户登记在前"
given = """
registry_household @P1 #H1 per_capita_income_fen=344999
registry_person @P1 #H1 labour_ability=普通劳动力
"""
expect = ["H1 <- registry_household:1 registry_person:1"]

[[example]]
case = "收入正好达到标准、有劳动力：不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=345000
registry_person @P1 #H1 labour_ability=技能劳动力
"""
expect = []

[[example]]
case = "收入较高但没有劳动力：列为疑点"
given = """
registry_household @P1 #H1 per_capita_income_fen=900000 exit_status=返贫
registry_person @P1 #H1 labour_ability=丧失劳动力
"""
expect = ["H1"]

[[example]]
case = "劳动力已不在册：仍列"
given = """
registry_household @P1 #H1 per_capita_income_fen=900000
registry_person @P1 #H1 labour_ability=无劳动力
registry_person @P2 #H1 labour_ability=普通劳动力 person_status=死亡
"""
expect = ["H1"]

[[example]]
case = "成员之一享受农村低保：不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=100000
registry_person @P1 #H1
registry_person @P2 #H1
dibao @P2 household_no=D1
"""
expect = []

[[example]]
case = "成员之一享受特困供养：不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=100000
registry_person @P1 #H1
tekun @P1
"""
expect = []

[[example]]
case = "享受城市低保：已有保障，不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=100000
registry_person @P1 #H1
dibao @P1 household_no=D1 category=城市
"""
expect = []

[[example]]
case = "低保已停：仍列；已批准、下月起发的低保、特困：不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=100000
registry_person @P1 #H1
dibao @P1 household_no=D1 stop_month=201801
registry_household @P2 #H2 per_capita_income_fen=100000
registry_person @P2 #H2
dibao @P2 household_no=D2 start_month=201810
registry_household @P3 #H3 per_capita_income_fen=100000
registry_person @P3 #H3
dibao @P3 household_no=D3 stop_month=201801
tekun @P3 start_month=201810
"""
expect = ["H1"]

[[example]]
case = "已脱贫：不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=100000 exit_status=已脱贫(享受政策)
registry_person @P1 #H1
"""
expect = []

[[example]]
case = "户内没有在册人员：不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=100000
registry_person @P1 #H1 person_status=死亡
"""
expect = []

[[example]]
case = "名单没有起保年月、没有类别（名单名即农村低保）的在保户：不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=100000
registry_person @P1 #H1
dibao @P1 household_no=D1 start_month=NULL
registry_household @P2 #H2 per_capita_income_fen=100000
registry_person @P2 #H2
dibao @P2 household_no=D2 category=NULL
registry_household @P3 #H3 per_capita_income_fen=100000
registry_person @P3 #H3
tekun @P3 start_month=NULL
"""
expect = []

[[example]]
case = "预脱贫、脱贫标志和年度都未填：列为疑点；标志未填而有脱贫年度：不列"
given = """
registry_household @P1 #H1 per_capita_income_fen=100000 exit_status=预脱贫
registry_person @P1 #H1
registry_household @P2 #H2 per_capita_income_fen=100000 exit_status=NULL
registry_person @P2 #H2
registry_household @P3 #H3 per_capita_income_fen=100000 exit_status=NULL exit_year=2016
registry_person @P3 #H3
"""
expect = ["H1", "H2"]

[[example]]
case = "唯一的劳动力、唯一的成员已由公安登记死亡"
given = """
registry_household @P1 #H1 per_capita_income_fen=900000
registry_person @P1 #H1 labour_ability=无劳动力
registry_person @P2 #H1 labour_ability=普通劳动力
deceased @P2 death_date=2018-01-05
registry_household @P3 #H3 per_capita_income_fen=100000
registry_person @P3 #H3
deceased @P3 death_date=2018-01-05
"""
expect = ["H1"]

[[example]]
case = "收入较高而成年成员劳动能力没有填写（导出缺列）：看不出没有劳动力，不列；只有未满16周岁的没有填：列为疑点；收入低的照列"
given = """
registry_household @P1 #H1 per_capita_income_fen=900000
registry_person @P1 #H1
registry_household @P2 #H2 per_capita_income_fen=900000
registry_person @P2 #H2 labour_ability=无劳动力
registry_person @P3 #H2 age=16
registry_household @P4 #H4 per_capita_income_fen=900000
registry_person @P4 #H4 labour_ability=无劳动力
registry_person @P5 #H4 age=15
registry_household @P6 #H6 per_capita_income_fen=100000
registry_person @P6 #H6
registry_household @P7 #H7 per_capita_income_fen=900000
registry_person @P7 #H7 labour_ability=无劳动力
registry_person @P8 #H7 age=30
deceased @P8 death_date=2018-01-05
"""
expect = ["H4", "H6", "H7"]

[[example]]
case = "各县低保标准不同：按户所在县的标准"
given = """
county_parameter county_code=410621 dibao_standard_fen=360000
county_parameter county_code=410622 dibao_standard_fen=345000
registry_household @P1 #H1 per_capita_income_fen=350000
registry_person @P1 #H1 labour_ability=普通劳动力
registry_household @P2 #H2 per_capita_income_fen=350000 county_code=410622
registry_person @P2 #H2 labour_ability=普通劳动力 county_code=410622
"""
expect = ["H1"]
*/
WITH earning AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    SEMI JOIN alive_registered a ON a.record_id = p.record_id
    WHERE p.labour_ability IN ('普通劳动力', '技能劳动力')
),
-- Of whom nobody wrote down the ability to work may be able.
unknown AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    SEMI JOIN alive_registered a ON a.record_id = p.record_id
    CROSS JOIN parameter q
    WHERE p.labour_ability IS NULL AND (p.age IS NULL OR p.age >= q.labour_age_from)
),
covered AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN protected_or_granted c ON c.person_id = p.person_id
),
living AS (
    SELECT DISTINCT p.household_no
    FROM alive_registered p
)
SELECT
    h.household_id AS subject_id,
    v.record_id AS evidence,
    v.evidence_order AS evidence_order,
    CASE
        WHEN e.household_no IS NULL AND u.household_no IS NULL AND h.per_capita_income_fen < COALESCE(k.dibao_standard_fen, q.dibao_standard_fen) THEN '收入低于低保标准，家中也没有劳动力'
        WHEN e.household_no IS NULL AND u.household_no IS NULL THEN '家中没有劳动力'
        ELSE '收入低于低保标准'
    END AS reason,
    h.per_capita_income_fen AS per_capita_income_fen,
    COALESCE(k.dibao_standard_fen, q.dibao_standard_fen) AS dibao_standard_fen
FROM registry_household h
CROSS JOIN parameter q
SEMI JOIN poor_household b ON b.household_no = h.household_no
JOIN living m ON m.household_no = h.household_no
JOIN registry_evidence v ON v.household_no = h.household_no
LEFT JOIN county_parameter k ON k.county_code = h.county_code
LEFT JOIN earning e ON e.household_no = h.household_no
LEFT JOIN unknown u ON u.household_no = h.household_no
LEFT JOIN covered c ON c.household_no = h.household_no
WHERE (h.per_capita_income_fen < COALESCE(k.dibao_standard_fen, q.dibao_standard_fen) OR (e.household_no IS NULL AND u.household_no IS NULL))
    AND c.household_no IS NULL
