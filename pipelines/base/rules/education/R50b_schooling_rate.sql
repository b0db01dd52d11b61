/*
code = "R50b"
title = "义务教育年龄在校率"
why = "义务教育有保障以人人有学籍为准。"
policy = { clause = "二(三)2", quote = "确保不让一个贫困家庭学生因贫失学" }
owner = "教育局"
severity = "S4"
subject = "unit"
sources = ["registry_person", "student"]
optional_sources = ["deceased", "insurance"]
absent_from = [{ list = "student" }]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { schooled = "在册义务教育年龄儿童中有学籍的比例" }

[[example]]
case = "在读、休学、初中毕业算在校；辍学、没有学籍的不算"
given = """
registry_person @P1 birth_date=2008-05-01
student @P1 stage=小学
registry_person @P2 birth_date=2008-05-01
student @P2 stage=小学 status=休学
registry_person @P3 birth_date=2003-05-01
student @P3 stage=初中 status=毕业
registry_person @P4 birth_date=2008-05-01
student @P4 stage=小学 status=毕业
registry_person @P5 birth_date=2003-05-01
student @P5 stage=初中 status=辍学
registry_person @P6 birth_date=2008-05-01
registry_person @P7 birth_date=1980-05-01
"""
expect = ["schooled 410600 3/6", "schooled 410621 3/6", "schooled 410621100 3/6", "schooled 410621100200 3/6"]

[[example]]
case = "没有学龄儿童：不计"
given = """
registry_person @P1 birth_date=2015-05-01
student @P1 stage=学前
"""
expect = []

[[example]]
case = "学籍里有一条很可能就是本人：先确认，不计；多半不是、别的名单的：照计"
given = """
registry_person @P1 birth_date=2008-05-01
student @P8 stage=小学
near_miss source=student record_id=registry_person:1 candidate=student:1
registry_person @P2 birth_date=2008-05-01
near_miss source=student record_id=registry_person:2 candidate=student:1 likely=0
registry_person @P3 birth_date=2008-05-01
near_miss source=insurance record_id=registry_person:3 candidate=student:1
registry_person @P4 birth_date=2008-05-01
student @P4 stage=小学
near_miss source=student record_id=registry_person:4 candidate=student:1
registry_person @P5 birth_date=2008-05-01
near_miss source=student record_id=registry_person:5 candidate=student:1
"""
expect = ["schooled 410600 1/3", "schooled 410621 1/3", "schooled 410621100 1/3", "schooled 410621100200 1/3"]
*/
-- Whoever probably stands in the list under other particulars is to be confirmed first: he is counted neither way.
WITH likely AS (
    SELECT DISTINCT n.person_id
    FROM near_miss n
    WHERE n.source = 'student' AND n.likely = 1
)
SELECT
    'schooled' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN s.record_id IS NULL THEN 1 ELSE 0 END AS numerator, 1 AS denominator, q.full_cover_permyriad AS target
FROM school_age c
JOIN poor_person p ON p.record_id = c.record_id
CROSS JOIN parameter q
LEFT JOIN out_of_school s ON s.record_id = c.record_id
LEFT JOIN likely y ON y.person_id = p.person_id
WHERE s.record_id IS NULL OR y.person_id IS NULL
