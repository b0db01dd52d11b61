/*
code = "R35b"
title = "五道医疗保障线各道人员覆盖率"
why = "五道保障线缺哪一道，决定由哪个部门补；2019年要求对贫困家庭全覆盖。"
policy = { clause = "二(三)1", quote = "基本医疗保险、大病保险、大病补充医疗保险、商业医疗补充保险和医疗救助等政策对贫困家庭全覆盖" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S4"
subject = "unit"
sources = ["registry_person", "insurance"]
optional_sources = ["deceased", "student", "registry_household"]
columns = ["insurance.serious_illness", "insurance.supplementary", "insurance.commercial", "insurance.aid_target"]
absent_from = [{ list = "insurance", rows = "insured_or_excused" }]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { basic = "在册人员中基本医保覆盖的比例", serious = "在册人员中大病保险覆盖的比例", supplementary = "在册人员中大病补充保险覆盖的比例", commercial = "在册人员中商业补充保险覆盖的比例", medical_aid = "在册人员中医疗救助覆盖的比例" }

[[example]]
case = "五道保障各计各的；大学生不计"
given = """
registry_person @P1
insurance @P1 serious_illness=1 supplementary=1 commercial=1 aid_target=1
registry_person @P2
insurance @P2 serious_illness=1 supplementary=1
registry_person @P3
registry_person @P4 student_status=大专及以上
"""
expect = ["basic 410600 2/3", "basic 410621 2/3", "basic 410621100 2/3", "basic 410621100200 2/3", "serious 410600 2/3", "serious 410621 2/3", "serious 410621100 2/3", "serious 410621100200 2/3", "supplementary 410600 2/3", "supplementary 410621 2/3", "supplementary 410621100 2/3", "supplementary 410621100200 2/3", "commercial 410600 1/3", "commercial 410621 1/3", "commercial 410621100 1/3", "commercial 410621100200 1/3", "medical_aid 410600 1/3", "medical_aid 410621 1/3", "medical_aid 410621100 1/3", "medical_aid 410621100200 1/3"]

[[example]]
case = "其他保障各缺一样；不在册的不计"
given = """
registry_person @P1
insurance @P1 commercial=1 aid_target=1
registry_person @P2 person_status=死亡
insurance @P2
"""
expect = ["basic 410600 1/1", "basic 410621 1/1", "basic 410621100 1/1", "basic 410621100200 1/1", "serious 410600 0/1", "serious 410621 0/1", "serious 410621100 0/1", "serious 410621100200 0/1", "supplementary 410600 0/1", "supplementary 410621 0/1", "supplementary 410621100 0/1", "supplementary 410621100200 0/1", "commercial 410600 1/1", "commercial 410621 1/1", "commercial 410621100 1/1", "commercial 410621100200 1/1", "medical_aid 410600 1/1", "medical_aid 410621 1/1", "medical_aid 410621100 1/1", "medical_aid 410621100200 1/1"]

[[example]]
case = "不再享受政策的户、本季度才识别的：不计"
given = """
registry_household @P1 #H1 household_no=H1 exit_status=已脱贫(不再享受政策)
registry_person @P1 #H1 household_no=H1
registry_person @P2 identified_date=2018-09-20
"""
expect = []

[[example]]
case = "名单里有一条很可能就是本人：先确认，不计；多半不是、终止的参保、别的名单的：照计"
given = """
registry_person @P1
registry_person @P2
insurance @P8
near_miss source=insurance record_id=registry_person:2 candidate=insurance:1
registry_person @P3
near_miss source=insurance record_id=registry_person:3 candidate=insurance:1 likely=0
registry_person @P4
insurance @P9 status=终止
near_miss source=insurance record_id=registry_person:4 candidate=insurance:2
registry_person @P5
near_miss source=student record_id=registry_person:5 candidate=insurance:1
registry_person @P6
insurance @P6
near_miss source=insurance record_id=registry_person:6 candidate=insurance:1
registry_person @P7
near_miss source=insurance record_id=registry_person:7 candidate=insurance:1
"""
expect = ["basic 410600 1/5", "basic 410621 1/5", "basic 410621100 1/5", "basic 410621100200 1/5", "serious 410600 0/5", "serious 410621 0/5", "serious 410621100 0/5", "serious 410621100200 0/5", "supplementary 410600 0/5", "supplementary 410621 0/5", "supplementary 410621100 0/5", "supplementary 410621100200 0/5", "commercial 410600 0/5", "commercial 410621 0/5", "commercial 410621100 0/5", "commercial 410621100200 0/5", "medical_aid 410600 0/5", "medical_aid 410621 0/5", "medical_aid 410621100 0/5", "medical_aid 410621100200 0/5"]
*/
-- Whoever probably stands in the list under other particulars is to be confirmed first: he is counted neither way.
WITH cover AS (
    SELECT
        p.county_code, p.township_code, p.village_code,
        CASE WHEN i.person_id IS NULL THEN 0 ELSE 1 END AS basic,
        CASE WHEN i.serious = 1 THEN 1 ELSE 0 END AS serious,
        CASE WHEN i.supplementary = 1 THEN 1 ELSE 0 END AS supplementary,
        CASE WHEN i.commercial = 1 THEN 1 ELSE 0 END AS commercial,
        CASE WHEN i.aid_target = 1 THEN 1 ELSE 0 END AS medical_aid
    FROM must_insure m
    SEMI JOIN entitled_person e ON e.record_id = m.record_id
    JOIN poor_person p ON p.record_id = m.record_id
    LEFT JOIN poor_cover i ON i.person_id = m.person_id
    LEFT JOIN likely_insured y ON y.person_id = m.person_id
    WHERE i.person_id IS NOT NULL OR (y.person_id IS NULL AND m.maybe_newborn = 0)
)
SELECT 'basic' AS indicator, c.county_code AS county_code, c.township_code AS township_code, c.village_code AS village_code,
    c.basic AS numerator, 1 AS denominator, q.medical_cover_target_permille * 10 AS target
FROM cover c
CROSS JOIN parameter q
UNION ALL
SELECT 'serious' AS indicator, c.county_code AS county_code, c.township_code AS township_code, c.village_code AS village_code,
    c.serious AS numerator, 1 AS denominator, q.medical_cover_target_permille * 10 AS target
FROM cover c
CROSS JOIN parameter q
UNION ALL
SELECT 'supplementary' AS indicator, c.county_code AS county_code, c.township_code AS township_code, c.village_code AS village_code,
    c.supplementary AS numerator, 1 AS denominator, q.medical_cover_target_permille * 10 AS target
FROM cover c
CROSS JOIN parameter q
UNION ALL
SELECT 'commercial' AS indicator, c.county_code AS county_code, c.township_code AS township_code, c.village_code AS village_code,
    c.commercial AS numerator, 1 AS denominator, q.medical_cover_target_permille * 10 AS target
FROM cover c
CROSS JOIN parameter q
UNION ALL
SELECT 'medical_aid' AS indicator, c.county_code AS county_code, c.township_code AS township_code, c.village_code AS village_code,
    c.medical_aid AS numerator, 1 AS denominator, q.medical_cover_target_permille * 10 AS target
FROM cover c
CROSS JOIN parameter q
