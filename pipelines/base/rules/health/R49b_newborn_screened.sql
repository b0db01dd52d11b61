/*
code = "R49b"
title = "在册新生儿疾病筛查率"
why = "优先实施新生儿疾病筛查；本年度出生的在册婴儿中已做筛查的比例。"
policy = { clause = "二(三)1", quote = "在贫困地区优先实施出生缺陷产前筛查和新生儿疾病筛查" }
owner = "卫生健康委员会"
severity = "S4"
subject = "unit"
sources = ["registry_person", "screening"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { newborns = "本年度出生的在册婴儿中已做疾病筛查的比例" }

[[example]]
case = "三名今年出生的，两人筛查；两癌筛查不算"
given = """
registry_person @P1 birth_date=2018-01-01
screening @P1 year=2018 kind=新生儿
screening @P1 year=2018 kind=新生儿
registry_person @P2 birth_date=2018-03-10
screening @P2 year=2018 kind=两癌
registry_person @P3 birth_date=2018-09-29
screening @P3 year=2018 kind=新生儿
"""
expect = ["newborns 410600 2/3", "newborns 410621 2/3", "newborns 410621100 2/3", "newborns 410621100200 2/3"]

[[example]]
case = "去年出生、没有出生日期、已不在册的：不计"
given = """
registry_person @P1 birth_date=2017-12-31
registry_person @P2
registry_person @P3 birth_date=2018-03-10 person_status=死亡
"""
expect = []
*/
WITH screened AS (
    SELECT DISTINCT s.person_id FROM screening s WHERE s.kind = '新生儿'
)
SELECT
    'newborns' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN s.person_id IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator
FROM poor_person p
CROSS JOIN parameter q
LEFT JOIN screened s ON s.person_id = p.person_id
WHERE p.birth_date >= q.year_start
