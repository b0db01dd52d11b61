/*
code = "R69"
title = "0—6岁残疾儿童未康复"
why = "0至6岁是残疾儿童康复的关键期，本年度没有康复救助记录。"
policy = { clause = "二(三)3", quote = "对0—6岁贫困残疾儿童提供抢救性康复服务和康复救助,2018—2020年实现全覆盖" }
owner = "残疾人联合会"
severity = "S1"
subject = "person"
sources = ["registry_person", "disability_certificate", "disability_service"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [{ list = "disability_service" }]
due_days = 15
advice = [
    "联系残联定点机构评估并安排康复",
    "医生认为暂不适宜的留存证明",
]
message = "残疾儿童，现年{age}周岁，本年度没有康复救助记录。"
related = ["R14"]

[[example]]
case = "没有康复、只有上年康复、只有辅具：列为疑点"
given = """
registry_person @P1 age=6
disability_certificate @P1
registry_person @P2 age=3
disability_certificate @P2
disability_service @P2 year=2017 service=康复救助
registry_person @P3 age=0
disability_certificate @P3
disability_service @P3 year=2018 service=辅具适配
"""
expect = ["P1 <- registry_person:1 disability_certificate:1", "P2 <- registry_person:2 disability_certificate:2", "P3 <- registry_person:3 disability_certificate:3"]

[[example]]
case = "7岁、已康复、没有证件：不列"
given = """
registry_person @P1 age=7
disability_certificate @P1
registry_person @P2 age=5
disability_certificate @P2
disability_service @P2 year=2018 service=康复救助
registry_person @P3 age=5
"""
expect = []

[[example]]
case = "本季度才识别的：不列"
given = """
registry_person @P1 age=6 identified_date=2018-07-01
disability_certificate @P1
registry_person @P2 age=3 identified_date=2018-07-01
disability_certificate @P2
disability_service @P2 year=2017 service=康复救助
registry_person @P3 age=0 identified_date=2018-07-01
disability_certificate @P3
disability_service @P3 year=2018 service=辅具适配
"""
expect = []
*/
WITH treated AS (
    SELECT DISTINCT x.person_id
    FROM disability_service x
    CROSS JOIN parameter q
    WHERE x.year >= q.service_from_year AND x.year <= q.year AND x.service = '康复救助'
)
SELECT p.person_id AS subject_id, p.record_id || ';' || c.record_id AS evidence, p.age AS age
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN certificate_valid c ON c.person_id = p.person_id
CROSS JOIN parameter q
LEFT JOIN treated s ON s.person_id = p.person_id
WHERE p.age <= q.rehabilitation_age_to AND s.person_id IS NULL
