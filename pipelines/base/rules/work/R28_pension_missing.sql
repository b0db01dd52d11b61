/*
code = "R28"
title = "60岁以上未领取养老待遇"
why = "年满60周岁没有领取养老待遇，或16至59周岁没有参保、没有代缴，养老没有保障。"
policy = { clause = "二(一)2", quote = "逐年提高贫困群众城乡居民基本养老保险基础养老金最低标准" }
owner = "人力资源和社会保障局"
severity = "S2"
subject = "person"
sources = ["registry_person", "pension"]
due_days = 30
advice = [
    "查是否参加职工养老或在外地参保",
    "符合条件的办理待遇领取或参保",
    "贫困人口的保费由财政代缴",
]
message = "{age}周岁，{lacking}。"
related = ["R14"]

[[example]]
case = "60周岁未领取；16岁未参保、终止；没有代缴"
given = """
registry_person @P1 age=60
pension @P1 status=参保缴费
registry_person @P2 age=16
registry_person @P3 age=59
pension @P3 status=终止
registry_person @P4 age=40
pension @P4 status=参保缴费 government_paid=0
"""
expect = ["P1/payment <- registry_person:1", "P2/insured <- registry_person:2", "P3/insured <- registry_person:3", "P4/premium <- registry_person:4 pension:3"]

[[example]]
case = "已领取、已代缴、职工养老：不列"
given = """
registry_person @P1 age=60
pension @P1
registry_person @P2 age=59
pension @P2 status=参保缴费 government_paid=1
registry_person @P3 age=59
pension @P3 status=参保缴费 scheme=职工 government_paid=0
registry_person @P4 age=59
pension @P4 status=领取待遇 government_paid=0
"""
expect = []

[[example]]
case = "在校生、15周岁、已不在册：不列"
given = """
registry_person @P1 age=16 student_status=高中一年级
registry_person @P2 age=15
registry_person @P3 age=70 person_status=死亡
registry_person @P4 age=17 student_status=非在校生
registry_person @P5 age=61 student_status=非在校生
pension @P5 status=参保缴费 government_paid=0
registry_person @P6 age=17 student_status=高中一年级
pension @P6 status=参保缴费 government_paid=0
registry_person @P7 age=62
registry_person @P8 age=62 student_status=八年级
"""
expect = ["P7/payment", "P4/insured", "P5/payment", "P6/premium"]
*/
WITH receiving AS (
    SELECT DISTINCT x.person_id
    FROM pension x
    WHERE x.status = '领取待遇'
),
insured AS (
    SELECT DISTINCT x.person_id
    FROM pension x
    WHERE x.status IN ('参保缴费', '领取待遇')
)
SELECT p.person_id AS subject_id, 'payment' AS rule_key, p.record_id AS evidence, p.age AS age, '没有领取养老待遇' AS lacking
FROM poor_person p
CROSS JOIN parameter q
LEFT JOIN receiving r ON r.person_id = p.person_id
WHERE p.age >= q.pension_age AND (p.student_status IS NULL OR p.student_status = '非在校生') AND r.person_id IS NULL
UNION ALL
SELECT p.person_id AS subject_id, 'insured' AS rule_key, p.record_id AS evidence, p.age AS age, '没有参加养老保险' AS lacking
FROM poor_person p
CROSS JOIN parameter q
LEFT JOIN insured r ON r.person_id = p.person_id
WHERE p.age >= q.labour_age_from AND p.age < q.pension_age
    AND (p.student_status IS NULL OR p.student_status = '非在校生')
    AND r.person_id IS NULL
UNION ALL
SELECT
    p.person_id AS subject_id, 'premium' AS rule_key, p.record_id || ';' || r.record_id AS evidence, p.age AS age,
    '保费没有由财政代缴' AS lacking
FROM poor_person p
JOIN pension r ON r.person_id = p.person_id
CROSS JOIN parameter q
WHERE r.status = '参保缴费' AND r.scheme = '城乡居民' AND p.age < q.pension_age AND r.government_paid = 0
