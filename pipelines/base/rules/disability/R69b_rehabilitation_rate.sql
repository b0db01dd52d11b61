/*
code = "R69b"
title = "0—6岁残疾儿童康复覆盖率"
why = "0—6岁贫困残疾儿童康复服务2018—2020年全覆盖。"
policy = { clause = "二(三)3", quote = "对0—6岁贫困残疾儿童提供抢救性康复服务和康复救助,2018—2020年实现全覆盖" }
owner = "残疾人联合会"
severity = "S4"
subject = "unit"
sources = ["registry_person", "disability_certificate", "disability_service"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [{ list = "disability_service" }]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { rehabilitated = "0—6岁在册持证残疾儿童中本年得到康复救助的比例" }

[[example]]
case = "本年的康复救助才算；七岁、没有证的不计"
given = """
registry_person @P1 age=6
disability_certificate @P1
disability_service @P1 year=2018 service=康复救助
registry_person @P2 age=3
disability_certificate @P2
disability_service @P2 year=2017 service=康复救助
registry_person @P3 age=3
disability_certificate @P3
disability_service @P3 year=2018 service=辅具适配
registry_person @P4 age=7
disability_certificate @P4
registry_person @P5 age=3
disability_certificate @P6
registry_person @P7 age=0
disability_certificate @P7
disability_service @P7 year=2018 service=康复救助
"""
expect = ["rehabilitated 410600 2/4", "rehabilitated 410621 2/4", "rehabilitated 410621100 2/4", "rehabilitated 410621100200 2/4"]

[[example]]
case = "没有残疾儿童：不计"
given = """
registry_person @P1 age=3
"""
expect = []

[[example]]
case = "本季度才识别的：不计"
given = """
registry_person @P1 age=6 identified_date=2018-07-01
disability_certificate @P1
disability_service @P1 year=2018 service=康复救助
registry_person @P2 age=3 identified_date=2018-07-01
disability_certificate @P2
disability_service @P2 year=2017 service=康复救助
registry_person @P3 age=3 identified_date=2018-07-01
disability_certificate @P3
disability_service @P3 year=2018 service=辅具适配
registry_person @P4 age=7 identified_date=2018-07-01
disability_certificate @P4
registry_person @P5 age=3 identified_date=2018-07-01
disability_certificate @P6
registry_person @P7 age=0 identified_date=2018-07-01
disability_certificate @P7
disability_service @P7 year=2018 service=康复救助
"""
expect = []

[[example]]
case = "服务名单里有一条很可能就是本人：先确认，不计；多半不是、别的名单的：照计"
given = """
registry_person @P1 age=3
disability_certificate @P1
disability_service @P8 year=2018 service=康复救助
near_miss source=disability_service record_id=registry_person:1 candidate=disability_service:1
registry_person @P2 age=3
disability_certificate @P2
near_miss source=disability_service record_id=registry_person:2 candidate=disability_service:1 likely=0
registry_person @P3 age=3
disability_certificate @P3
near_miss source=insurance record_id=registry_person:3 candidate=disability_service:1
registry_person @P4 age=3
disability_certificate @P4
disability_service @P4 year=2018 service=康复救助
near_miss source=disability_service record_id=registry_person:4 candidate=disability_service:1
registry_person @P5 age=3
disability_certificate @P5
near_miss source=disability_service record_id=registry_person:5 candidate=disability_service:1
registry_person @P6 age=3
disability_certificate @P6
disability_service @P6 year=2019 service=康复救助
"""
expect = ["rehabilitated 410600 1/4", "rehabilitated 410621 1/4", "rehabilitated 410621100 1/4", "rehabilitated 410621100200 1/4"]
*/
-- Whoever probably stands in the list under other particulars is to be confirmed first: he is counted neither way.
WITH likely AS (
    SELECT DISTINCT n.person_id
    FROM near_miss n
    WHERE n.source = 'disability_service' AND n.likely = 1
),
treated AS (
    SELECT DISTINCT x.person_id
    FROM disability_service x
    CROSS JOIN parameter q
    WHERE x.year >= q.service_from_year AND x.year <= q.year AND x.service = '康复救助'
),
certified AS (
    SELECT DISTINCT c.person_id
    FROM certificate_valid c
)
SELECT
    'rehabilitated' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN s.person_id IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator, q.full_cover_permyriad AS target
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN certified c ON c.person_id = p.person_id
CROSS JOIN parameter q
LEFT JOIN treated s ON s.person_id = p.person_id
LEFT JOIN likely y ON y.person_id = p.person_id
WHERE (s.person_id IS NOT NULL OR y.person_id IS NULL) AND p.age <= q.rehabilitation_age_to
