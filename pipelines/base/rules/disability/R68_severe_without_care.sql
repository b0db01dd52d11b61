/*
code = "R68"
title = "重残无照护服务"
why = "有照护需求的重度残疾人家中有劳动力，不符合特困条件，本年度没有托养、日间照料或居家照护记录。"
policy = { clause = "二(三)3", quote = "为贫困重度残疾人提供集中照料或日间照料、邻里照护服务" }
owner = "残疾人联合会"
severity = "S2"
subject = "person"
sources = ["registry_person", "disability_certificate", "disability_service", "tekun"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [
    { list = "disability_service" },
    { list = "tekun", rows = "tekun_active" },
]
due_days = 30
advice = [
    "由家人照料的核实后登记",
    "需要服务的安排托养、日间照料或邻里照护",
]
message = "重度残疾人（{category}{grade}），有长期照护需求，本年度没有照护服务记录。"
related = ["R14"]

[[example]]
case = "没有照护服务、只有上年服务、只有辅具：列为疑点"
given = """
registry_person @P1 #H1 household_no=H1 age=16
disability_certificate @P1 grade=一级 care_need=1
registry_person @P9 #H1 household_no=H1 age=16 labour_ability=技能劳动力
registry_person @P2 #H1 household_no=H1 age=30
disability_certificate @P2 grade=二级 care_need=1
disability_service @P2 year=2017 service=托养照护
registry_person @P3 #H1 household_no=H1 age=30
disability_certificate @P3 grade=二级 care_need=1
disability_service @P3 year=2018 service=辅具适配
"""
expect = ["P1 <- registry_person:1 disability_certificate:1", "P2 <- registry_person:3 disability_certificate:2", "P3 <- registry_person:4 disability_certificate:3"]

[[example]]
case = "已有服务、未满16周岁、不需要、三级、特困：不列"
given = """
registry_person @P9 #H1 household_no=H1 age=59 labour_ability=普通劳动力
registry_person @P1 #H1 household_no=H1 age=30
disability_certificate @P1 grade=一级 care_need=1
disability_service @P1 year=2018 service=托养照护
registry_person @P2 #H1 household_no=H1 age=15
disability_certificate @P2 grade=一级 care_need=1
registry_person @P3 #H1 household_no=H1 age=30
disability_certificate @P3 grade=一级 care_need=0
registry_person @P4 #H1 household_no=H1 age=30
disability_certificate @P4 grade=三级 care_need=1
registry_person @P5 #H1 household_no=H1 age=30
disability_certificate @P5 grade=一级 care_need=1
tekun @P5
"""
expect = []

[[example]]
case = "家中没有劳动力的由R67列出"
given = """
registry_person @P1 #H1 household_no=H1 age=30
disability_certificate @P1 grade=一级 care_need=1
registry_person @P2 #H1 household_no=H1 age=60 labour_ability=普通劳动力
registry_person @P3 #H1 household_no=H1 age=30 labour_ability=无劳动力
"""
expect = []
*/
WITH helped AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    CROSS JOIN parameter q
    WHERE p.labour_ability IN ('普通劳动力', '技能劳动力') AND p.age BETWEEN q.labour_age_from AND q.labour_age_to
),
cared AS (
    SELECT DISTINCT x.person_id
    FROM disability_service x
    CROSS JOIN parameter q
    WHERE x.year >= q.service_from_year AND x.year <= q.year AND x.service = '托养照护'
)
SELECT
    p.person_id AS subject_id, p.record_id || ';' || c.record_id AS evidence, c.category AS category, c.grade AS grade
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN certificate_valid c ON c.person_id = p.person_id
CROSS JOIN parameter q
JOIN helped m ON m.household_no = p.household_no
LEFT JOIN tekun_active t ON t.person_id = p.person_id
LEFT JOIN cared s ON s.person_id = p.person_id
WHERE p.age >= q.labour_age_from AND c.severe = 1 AND c.care_need = 1 AND t.person_id IS NULL AND s.person_id IS NULL
