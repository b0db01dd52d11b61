/*
code = "R49"
title = "适龄贫困妇女两癌筛查率"
why = "适龄贫困妇女本年度已做两癌筛查的比例。"
policy = { clause = "二(三)1", quote = "农村妇女“两癌”筛查" }
owner = "卫生健康委员会"
severity = "S4"
subject = "unit"
sources = ["registry_person", "screening"]
optional_sources = ["deceased", "insurance", "registry_household"]
indicator = true
levels = ["city", "county", "township", "village"]

[[example]]
case = "两名适龄妇女，一人筛查"
given = """
registry_person @P1 sex=女 age=35
screening @P1 year=2018 kind=两癌
screening @P1 year=2018 kind=两癌
registry_person @P2 sex=女 age=64
screening @P2 year=2017 kind=两癌
"""
expect = ["- 410600 1/2", "- 410621 1/2", "- 410621100 1/2", "- 410621100200 1/2"]

[[example]]
case = "男性、34岁、65岁：不计；新生儿筛查不算"
given = """
registry_person @P1 sex=男 age=40
registry_person @P2 sex=女 age=34
registry_person @P3 sex=女 age=65
registry_person @P4 sex=女 age=40
screening @P4 year=2018 kind=新生儿
"""
expect = ["- 410600 0/1", "- 410621 0/1", "- 410621100 0/1", "- 410621100200 0/1"]

[[example]]
case = "本季度才识别的：不计"
given = """
registry_person @P1 sex=女 age=35 identified_date=2018-07-01
screening @P1 year=2018 kind=两癌
screening @P1 year=2018 kind=两癌
registry_person @P2 sex=女 age=64 identified_date=2018-07-01
screening @P2 year=2017 kind=两癌
"""
expect = []
*/
WITH screened AS (
    SELECT DISTINCT s.person_id
    FROM screening s
    CROSS JOIN parameter q
    WHERE s.year >= q.service_from_year AND s.year <= q.year AND s.kind = '两癌'
)
SELECT
    p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN s.person_id IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
CROSS JOIN parameter q
LEFT JOIN screened s ON s.person_id = p.person_id
WHERE p.sex = '女' AND p.age BETWEEN q.screening_age_from AND q.screening_age_to
