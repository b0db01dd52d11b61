/*
code = "R68"
title = "重残无照护服务"
why = "有照护需求的重度残疾人家中有劳动力，不符合特困条件，本年度没有托养、日间照料或居家照护记录。"
policy = { clause = "二(三)3", quote = "为贫困重度残疾人提供集中照料或日间照料、邻里照护服务" }
owner = "残疾人联合会"
severity = "S2"
subject = "person"
sources = ["registry_person", "disability_certificate", "disability_service", "tekun"]
optional_sources = ["deceased", "insurance", "registry_household", "dibao"]
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
registry_person @P2 #H1 household_no=H1 age=60 labour_ability=无劳动力
dibao @P2 household_no=D2
registry_person @P3 #H1 household_no=H1 age=30 labour_ability=无劳动力
"""
expect = []

[[example]]
case = "父母60周岁以上：列为疑点；劳动能力没有填写的看不出，只有本人、家人已死亡的由R67列出"
given = """
registry_person @P1 #H1 household_no=H1 age=30
disability_certificate @P1 grade=一级 care_need=1
registry_person @P2 #H1 household_no=H1 age=62 labour_ability=无劳动力
registry_person @P3 #H3 household_no=H3 age=30
disability_certificate @P3 grade=一级 care_need=1
registry_person @P4 #H3 household_no=H3 age=62 labour_ability=普通劳动力
dibao @P4 household_no=D4
registry_person @P5 #H5 household_no=H5 age=30
disability_certificate @P5 grade=一级 care_need=1
registry_person @P6 #H5 household_no=H5 age=40
registry_person @P7 #H7 household_no=H7 age=30
disability_certificate @P7 grade=一级 care_need=1
registry_person @P8 #H7 household_no=H7 age=NULL labour_ability=普通劳动力
registry_person @P9 #H9 household_no=H9 age=30 labour_ability=普通劳动力
disability_certificate @P9 grade=一级 care_need=1
registry_person @P10 #H10 household_no=H10 age=30
disability_certificate @P10 grade=一级 care_need=1
registry_person @P11 #H10 household_no=H10 age=40 labour_ability=普通劳动力
deceased @P11 death_date=2018-01-05
registry_person @P12 #H12 household_no=H12 age=30
disability_certificate @P12 grade=一级 care_need=1
registry_person @P13 #H12 household_no=H12 age=NULL
"""
expect = ["P1", "P3", "P7"]

[[example]]
case = "不再享受政策的户、本季度才识别的：不列"
given = """
registry_household #H1 household_no=H1 exit_status=已脱贫(不再享受政策)
registry_person @P1 #H1 household_no=H1 age=30
disability_certificate @P1 grade=一级 care_need=1
registry_person @P2 #H1 household_no=H1 age=40 labour_ability=普通劳动力
registry_person @P3 #H3 household_no=H3 age=30 identified_date=2018-08-01
disability_certificate @P3 grade=一级 care_need=1
registry_person @P4 #H3 household_no=H3 age=40 labour_ability=普通劳动力
"""
expect = []

[[example]]
case = "只有次年的服务记录：列为疑点"
given = """
registry_person @P1 #H1 household_no=H1 age=30
disability_certificate @P1 grade=一级 care_need=1
registry_person @P2 #H1 household_no=H1 age=40 labour_ability=普通劳动力
disability_service @P1 year=2019 service=托养照护
"""
expect = ["P1"]
*/
WITH helped AS (
    SELECT DISTINCT p.record_id
    FROM poor_person p
    JOIN family_helper k ON k.household_no = p.household_no
    WHERE k.person_id <> p.person_id AND k.sure = 1
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
JOIN helped m ON m.record_id = p.record_id
LEFT JOIN tekun_active t ON t.person_id = p.person_id
LEFT JOIN cared s ON s.person_id = p.person_id
WHERE p.age >= q.labour_age_from AND c.severe = 1 AND c.care_need = 1 AND t.person_id IS NULL AND s.person_id IS NULL
