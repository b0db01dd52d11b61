/*
code = "R65b"
title = "贫困残疾人证办理率"
why = "在自愿申领的原则下应办尽办。"
policy = { clause = "二(三)3", quote = "实现贫困残疾人证办理在申领自愿的原则下应办尽办" }
owner = "残疾人联合会"
severity = "S4"
subject = "unit"
sources = ["registry_person", "disability_certificate"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [{ list = "disability_certificate" }]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { certified = "登记为残疾的在册人员中已办证或放弃申领的比例" }

[[example]]
case = "有效、放弃申领的算；注销、没有的不算；健康的不计"
given = """
registry_person @P1 health=残疾
disability_certificate @P1
registry_person @P2 health=残疾
disability_certificate @P2 status=放弃申领
registry_person @P3 health=残疾
disability_certificate @P3 status=注销
registry_person @P4 health=残疾
registry_person @P5 health=健康
"""
expect = ["certified 410600 2/4", "certified 410621 2/4", "certified 410621100 2/4", "certified 410621100200 2/4"]

[[example]]
case = "不在册的残疾人：不计"
given = """
registry_person @P1 health=残疾 person_status=死亡
"""
expect = []

[[example]]
case = "没有写明证件状态的视为有效"
given = """
registry_person @P1 #H1 health=残疾
disability_certificate @P1 status=NULL
"""
expect = ["certified 410600 1/1", "certified 410621 1/1", "certified 410621100 1/1", "certified 410621100200 1/1"]

[[example]]
case = "本季度才识别的：不计"
given = """
registry_person @P1 health=残疾 identified_date=2018-07-01
disability_certificate @P1
registry_person @P2 health=残疾 identified_date=2018-07-01
disability_certificate @P2 status=放弃申领
registry_person @P3 health=残疾 identified_date=2018-07-01
disability_certificate @P3 status=注销
registry_person @P4 health=残疾 identified_date=2018-07-01
registry_person @P5 health=健康 identified_date=2018-07-01
"""
expect = []

[[example]]
case = "残联名单里有一条很可能就是本人：先确认，不计；多半不是、别的名单的：照计"
given = """
registry_person @P1 health=残疾
disability_certificate @P8
near_miss source=disability_certificate record_id=registry_person:1 candidate=disability_certificate:1
registry_person @P2 health=残疾
near_miss source=disability_certificate record_id=registry_person:2 candidate=disability_certificate:1 likely=0
registry_person @P3 health=残疾
near_miss source=insurance record_id=registry_person:3 candidate=disability_certificate:1
registry_person @P4 health=残疾
disability_certificate @P4
near_miss source=disability_certificate record_id=registry_person:4 candidate=disability_certificate:1
registry_person @P5 health=残疾
near_miss source=disability_certificate record_id=registry_person:5 candidate=disability_certificate:1
"""
expect = ["certified 410600 1/3", "certified 410621 1/3", "certified 410621100 1/3", "certified 410621100200 1/3"]
*/
-- Whoever probably stands in the list under other particulars is to be confirmed first: he is counted neither way.
WITH likely AS (
    SELECT DISTINCT n.person_id
    FROM near_miss n
    WHERE n.source = 'disability_certificate' AND n.likely = 1
),
settled AS (
    SELECT DISTINCT d.person_id
    FROM disability_certificate d
    WHERE d.status IS NULL OR d.status IN ('有效', '放弃申领')
)
SELECT
    'certified' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN c.person_id IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator, q.full_cover_permyriad AS target
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
CROSS JOIN parameter q
LEFT JOIN settled c ON c.person_id = p.person_id
LEFT JOIN likely y ON y.person_id = p.person_id
WHERE p.health LIKE '%残疾%' AND (c.person_id IS NOT NULL OR y.person_id IS NULL)
