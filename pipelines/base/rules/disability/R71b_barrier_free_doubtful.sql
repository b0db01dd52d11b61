/*
code = "R71b"
title = "无障碍改造对象不符或重复"
why = "无障碍改造用于重度残疾人家庭；对象不是重度残疾人，或同一人上年已改造，应核实。"
policy = { clause = "二(三)3", quote = "2018年—2020年分别完成850户、600户、340户残疾家庭改造任务" }
owner = "残疾人联合会"
severity = "S3"
subject = "person"
sources = ["disability_service", "disability_certificate"]
absent_from = [{ list = "disability_certificate", rows = "certificate_valid", key = "severe" }]
due_days = 30
advice = [
    "核实改造对象的残疾证和改造内容",
    "重复计数的更正",
]
message = "本年登记无障碍改造，{reason}。"
related = ["R14"]

[[example]]
case = "不是重度残疾人、没有证件；上年已改造"
given = """
disability_certificate @P1 grade=三级
disability_service @P1 year=2018 service=无障碍改造
disability_service @P2 year=2018 service=无障碍改造
disability_certificate @P3 grade=一级
disability_service @P3 year=2018 service=无障碍改造
disability_service @P3 year=2017 service=无障碍改造
"""
expect = ["P1/severe <- disability_service:1", "P2/severe <- disability_service:2", "P3/twice <- disability_service:3 disability_service:4"]

[[example]]
case = "重度残疾人首次改造、上年改造、其他服务：不列"
given = """
disability_certificate @P1 grade=一级
disability_service @P1 year=2018 service=无障碍改造
disability_service @P1 year=2017 service=托养照护
disability_service @P2 year=2017 service=无障碍改造
disability_service @P2 year=2016 service=无障碍改造
disability_service @P3 year=2018 service=托养照护
disability_service @P3 year=2017 service=无障碍改造
disability_service @P4 year=2018 service=托养照护
disability_service @P4 year=2017 service=托养照护
"""
expect = []

[[example]]
case = "以户主名义登记、同户儿子一级残疾：不列；同一户上年用父亲、今年用儿子名义：列为疑点"
given = """
disability_service @P1 #H1 year=2018 service=无障碍改造
disability_certificate @P2 #H1 grade=一级
disability_certificate @P3 #H3 grade=一级
disability_certificate @P4 #H3 grade=一级
disability_service @P3 #H3 year=2017 service=无障碍改造
disability_service @P4 #H3 year=2018 service=无障碍改造
"""
expect = ["P4/twice"]

[[example]]
case = "同户另一人：前年改造、上年别的服务、今年别的服务：不列"
given = """
disability_certificate @P1 #H1 grade=一级
disability_service @P1 #H1 year=2016 service=无障碍改造
disability_service @P2 #H1 year=2018 service=无障碍改造
disability_certificate @P3 #H3 grade=一级
disability_service @P3 #H3 year=2017 service=托养照护
disability_service @P4 #H3 year=2018 service=无障碍改造
disability_certificate @P5 #H5 grade=一级
disability_service @P5 #H5 year=2017 service=托养照护
disability_service @P6 #H5 year=2018 service=托养照护
"""
expect = []
*/
WITH severe AS (
    SELECT DISTINCT v.person_id
    FROM certificate_valid v
    WHERE v.severe = 1
),
-- The father may have applied for his son.
severe_home AS (
    SELECT DISTINCT v.household_id
    FROM certificate_valid v
    WHERE v.severe = 1
)
SELECT s.person_id AS subject_id, 'severe' AS rule_key, s.record_id AS evidence, '全家没有有效的一、二级残疾人证' AS reason
FROM disability_service s
JOIN parameter q ON q.year = s.year
LEFT JOIN severe c ON c.person_id = s.person_id
LEFT JOIN severe_home h ON h.household_id = s.household_id
WHERE s.service = '无障碍改造' AND c.person_id IS NULL AND h.household_id IS NULL
UNION ALL
SELECT s.person_id AS subject_id, 'twice' AS rule_key, s.record_id || ';' || b.record_id AS evidence, '上年已登记改造' AS reason
FROM disability_service s
JOIN parameter q ON q.year = s.year
JOIN disability_service b ON b.person_id = s.person_id
WHERE s.service = '无障碍改造' AND b.service = s.service AND b.year = s.year - 1
UNION ALL
SELECT s.person_id AS subject_id, 'twice' AS rule_key, s.record_id || ';' || b.record_id AS evidence, '同户上年已登记改造' AS reason
FROM disability_service s
JOIN parameter q ON q.year = s.year
JOIN disability_service b ON b.household_id = s.household_id
WHERE b.person_id <> s.person_id AND s.service = '无障碍改造' AND b.service = s.service AND b.year = s.year - 1
