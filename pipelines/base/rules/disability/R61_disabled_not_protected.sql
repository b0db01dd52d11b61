/*
code = "R61"
title = "贫困残疾人未纳入低保/医疗救助"
why = "重度残疾或收入低于低保标准的建档立卡残疾人，没有享受农村低保、特困供养，或没有医疗救助身份，兜底政策没有落到人。"
policy = { clause = "二(三)3", quote = "将符合条件的建档立卡贫困残疾人纳入农村低保和城乡医疗救助范围" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["registry_household", "registry_person", "disability_certificate", "dibao", "tekun", "insurance"]
optional_sources = ["deceased"]
absent_from = [
    { list = "dibao", of = "registry_person", rows = "protected_or_granted", key = "dibao" },
    { list = "tekun", of = "registry_person", rows = "protected_or_granted", key = "dibao" },
    { list = "insurance", of = "registry_person", rows = "insured_person", key = "aid" },
]
due_days = 30
advice = [
    "核实家庭收入和财产，符合条件的帮助申请",
    "不符合条件的留存核对结论",
    "医疗救助身份没有标识的由医保部门补登",
]
message = "持证残疾人（{category}{grade}），{lacking}。"
related = ["R14", "R34"]

[[example]]
case = "重度残疾未保障、也没有医疗救助标识：两条"
given = """
registry_household #H1 household_no=H1 per_capita_income_fen=400000
registry_person @P1 #H1 household_no=H1
disability_certificate @P1 grade=二级
"""
expect = ["P1/aid", "P1/dibao"]

[[example]]
case = "收入低于低保标准的三级残疾人：列为疑点"
given = """
registry_household #H1 household_no=H1 per_capita_income_fen=344999
registry_person @P1 #H1 household_no=H1
disability_certificate @P1 grade=三级 category=肢体
insurance @P1 aid_target=1
"""
expect = ["P1/dibao <- registry_person:1 disability_certificate:1"]

[[example]]
case = "收入够、不是重度：不列；在保、特困、已标识：不列；不再享受政策、证件注销：不列"
given = """
registry_household #H1 household_no=H1 per_capita_income_fen=345000
registry_person @P1 #H1 household_no=H1
disability_certificate @P1 grade=三级
insurance @P1 aid_target=1
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2
disability_certificate @P2 grade=一级
dibao @P2 household_no=D2
insurance @P2 aid_target=1
registry_household #H3 household_no=H3 exit_status=已脱贫(不再享受政策)
registry_person @P3 #H3 household_no=H3
disability_certificate @P3 grade=一级
registry_household #H4 household_no=H4
registry_person @P4 #H4 household_no=H4
disability_certificate @P4 grade=一级 status=注销
"""
expect = []

[[example]]
case = "已脱贫户的重度残疾人：只查医疗救助；证件过期：不列"
given = """
registry_household #H1 household_no=H1 exit_status=已脱贫(享受政策)
registry_person @P1 #H1 household_no=H1
disability_certificate @P1 grade=一级
insurance @P1 aid_target=0
registry_household #H5 household_no=H5 per_capita_income_fen=400000
registry_person @P5 #H5 household_no=H5
disability_certificate @P5 grade=三级
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2
disability_certificate @P2 grade=一级 valid_until=2018-09-29
registry_household #H3 household_no=H3
registry_person @P3 #H3 household_no=H3
disability_certificate @P3 grade=一级 valid_until=2018-09-30
insurance @P3 aid_target=1
"""
expect = ["P1/aid", "P3/dibao"]

[[example]]
case = "本季度才识别的：不列"
given = """
registry_household #H1 household_no=H1 per_capita_income_fen=400000
registry_person @P1 #H1 household_no=H1 identified_date=2018-07-01
disability_certificate @P1 grade=二级
"""
expect = []

[[example]]
case = "各县低保标准不同：按户所在县的标准"
given = """
county_parameter county_code=410621 dibao_standard_fen=360000
county_parameter county_code=410622 dibao_standard_fen=345000
registry_household #H1 household_no=H1 per_capita_income_fen=350000
registry_person @P1 #H1 household_no=H1
disability_certificate @P1 grade=三级 category=肢体
registry_household #H2 household_no=H2 per_capita_income_fen=350000 county_code=410622
registry_person @P2 #H2 household_no=H2 county_code=410622
disability_certificate @P2 grade=三级 category=肢体 county_code=410622
"""
expect = ["P1/dibao"]
*/
WITH marked AS (
    SELECT i.person_id
    FROM insured_person i
    WHERE i.aid_target = 1
)
SELECT
    p.person_id AS subject_id, 'dibao' AS rule_key, p.record_id || ';' || c.record_id AS evidence,
    c.category AS category, c.grade AS grade, '不在农村低保、特困供养名单中' AS lacking
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN certificate_valid c ON c.person_id = p.person_id
JOIN registry_household h ON h.household_no = p.household_no
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
CROSS JOIN parameter q
LEFT JOIN county_parameter k ON k.county_code = h.county_code
LEFT JOIN protected_or_granted d ON d.person_id = p.person_id
WHERE (c.severe = 1 OR h.per_capita_income_fen < COALESCE(k.dibao_standard_fen, q.dibao_standard_fen))
    AND d.person_id IS NULL
UNION ALL
SELECT
    p.person_id AS subject_id, 'aid' AS rule_key, p.record_id || ';' || c.record_id AS evidence,
    c.category AS category, c.grade AS grade, '没有医疗救助对象标识' AS lacking
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN certificate_valid c ON c.person_id = p.person_id
JOIN registry_household h ON h.household_no = p.household_no
LEFT JOIN marked i ON i.person_id = p.person_id
WHERE c.severe = 1 AND i.person_id IS NULL
