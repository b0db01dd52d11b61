/*
code = "R35"
title = "五道医疗保障线户覆盖率"
why = "基本医保、大病保险、大病补充、商业补充和医疗救助五道线，要对贫困家庭全覆盖。"
policy = { clause = "二(三)1", quote = "等政策对贫困家庭全覆盖" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S4"
subject = "household"
sources = ["registry_household", "registry_person", "insurance"]
optional_sources = ["deceased", "student"]
columns = ["insurance.serious_illness", "insurance.supplementary", "insurance.commercial", "insurance.aid_target"]
absent_from = [{ list = "insurance", of = "registry_person", rows = "insured_or_excused" }]
indicator = true
levels = ["city", "county", "township", "village"]

[[example]]
case = "一户五道线齐全、一户缺商业补充"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
insurance @P1 serious_illness=1 supplementary=1 commercial=1 aid_target=1
registry_household @P2 #H2 village_code=410621100201
registry_person @P2 #H2 village_code=410621100201
insurance @P2 serious_illness=1 supplementary=1 commercial=0 aid_target=1
"""
expect = ["- 410600 1/2", "- 410621 1/2", "- 410621100 1/2", "- 410621100200 1/1", "- 410621100201 0/1"]

[[example]]
case = "缺一道即不算覆盖"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
insurance @P1 serious_illness=0 supplementary=1 commercial=1 aid_target=1
registry_household @P2 #H2
registry_person @P2 #H2
insurance @P2 serious_illness=1 supplementary=0 commercial=1 aid_target=1
registry_household @P3 #H3
registry_person @P3 #H3
insurance @P3 serious_illness=1 supplementary=1 commercial=1 aid_target=0
registry_household @P4 #H4
registry_person @P4 #H4
"""
expect = ["- 410600 0/4", "- 410621 0/4", "- 410621100 0/4", "- 410621100200 0/4"]

[[example]]
case = "职工医保视同各道都有；大学生不计；上年度和终止的参保不算"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P5 #H1 student_status=大专及以上
registry_person @P6 #H1 birth_date=2018-09-01
insurance @P1 scheme=职工 serious_illness=0 supplementary=0 commercial=0 aid_target=0
registry_household @P2 #H2
registry_person @P2 #H2
insurance @P2 year=2017 serious_illness=1 supplementary=1 commercial=1 aid_target=1
registry_household @P3 #H3
registry_person @P3 #H3
insurance @P3 status=终止 serious_illness=1 supplementary=1 commercial=1 aid_target=1
"""
expect = ["- 410600 1/3", "- 410621 1/3", "- 410621100 1/3", "- 410621100200 1/3"]

[[example]]
case = "不再享受政策的户、没有在册人员的户：不计"
given = """
registry_household @P1 #H1 exit_status=已脱贫(不再享受政策)
registry_person @P1 #H1
registry_household @P2 #H2
registry_person @P2 #H2 person_status=死亡
"""
expect = []

[[example]]
case = "户登记和户主录成邻村：按多数成员的村计；村名不明的成员不计票，票数相同的按户登记"
given = """
registry_household @P1 #H1 village_code=410621100201
registry_person @P1 #H1 village_code=410621100201
registry_person @P2 #H1
registry_person @P3 #H1
registry_household @P4 #H2 village_code=410621100202
registry_person @P4 #H2 village_code=410621100202
registry_person @P5 #H2 village_code=410621100203
registry_household @P6 #H3 village_code=410621100203
registry_person @P6 #H3 village_code=410621100202
registry_person @P7 #H3 village_code=
registry_person @P8 #H3 village_code=
"""
expect = ["- 410600 0/3", "- 410621 0/3", "- 410621100 0/3", "- 410621100200 0/1", "- 410621100202 0/2"]

[[example]]
case = "医保登记在外地参保的成员不计；正常参保的照计"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1
insurance @P1 serious_illness=1 supplementary=1 commercial=1 aid_target=1
insurance @P2 status=终止 stop_reason=外地参保
registry_household @P3 #H3
registry_person @P3 #H3
insurance @P3 stop_reason=外地参保 serious_illness=1 supplementary=0 commercial=1 aid_target=1
"""
expect = ["- 410600 1/2", "- 410621 1/2", "- 410621100 1/2", "- 410621100200 1/2"]

[[example]]
case = "全户只差一人、名单里有一条很可能就是他：先确认，户不计；另有成员确实没有：照计；多半不是、终止的参保、别的名单的：照计"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
insurance @P8
near_miss source=insurance record_id=registry_person:1 candidate=insurance:1
registry_household @P2 #H2
registry_person @P2 #H2
registry_person @P3 #H2
near_miss source=insurance record_id=registry_person:2 candidate=insurance:1
registry_household @P4 #H4
registry_person @P4 #H4
near_miss source=insurance record_id=registry_person:4 candidate=insurance:1 likely=0
registry_household @P5 #H5
registry_person @P5 #H5
insurance @P9 status=终止
near_miss source=insurance record_id=registry_person:5 candidate=insurance:2
registry_household @P6 #H6
registry_person @P6 #H6
near_miss source=student record_id=registry_person:6 candidate=insurance:1
registry_household @P7 #H7
registry_person @P7 #H7
insurance @P7 serious_illness=1 supplementary=1 commercial=1 aid_target=1
near_miss source=insurance record_id=registry_person:7 candidate=insurance:1
registry_household @P10 #H10
registry_person @P10 #H10
insurance @P10 serious_illness=0 supplementary=1 commercial=1 aid_target=1
near_miss source=insurance record_id=registry_person:8 candidate=insurance:1
registry_household @P11 #H11
registry_person @P11 #H11
near_miss source=insurance record_id=registry_person:9 candidate=insurance:1
registry_household @P12 #H12
registry_person @P12 #H12
registry_person @P13 #H12 identified_date=2018-09-20
insurance @P12 serious_illness=1 supplementary=1 commercial=1 aid_target=1
"""
expect = ["- 410600 2/7", "- 410621 2/7", "- 410621100 2/7", "- 410621100200 2/7"]
*/
-- Whoever probably stands in the list under other particulars is to be confirmed first: he is counted neither way.
WITH lacking AS (
    SELECT DISTINCT p.household_no
    FROM must_insure p
    SEMI JOIN entitled_person e ON e.record_id = p.record_id
    LEFT JOIN poor_cover i ON i.person_id = p.person_id
    LEFT JOIN likely_insured y ON y.person_id = p.person_id
    WHERE (i.person_id IS NULL AND y.person_id IS NULL AND p.maybe_newborn = 0) OR i.serious = 0 OR i.supplementary = 0 OR i.commercial = 0 OR i.aid_target = 0
),
absent AS (
    SELECT DISTINCT p.household_no
    FROM must_insure p
    SEMI JOIN entitled_person e ON e.record_id = p.record_id
    ANTI JOIN poor_cover i ON i.person_id = p.person_id
)
SELECT
    m.county_code AS county_code,
    m.township_code AS township_code,
    m.village_code AS village_code,
    CASE WHEN n.household_no IS NULL THEN 1 ELSE 0 END AS numerator,
    1 AS denominator,
    q.medical_cover_target_permille * 10 AS target
FROM registry_household h
CROSS JOIN parameter q
JOIN registry_home m ON m.household_no = h.household_no
SEMI JOIN entitled_household e ON e.household_no = h.household_no
LEFT JOIN lacking n ON n.household_no = h.household_no
LEFT JOIN absent u ON u.household_no = h.household_no
WHERE n.household_no IS NOT NULL OR u.household_no IS NULL
