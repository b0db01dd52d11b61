/*
code = "R28c"
title = "养老保险费未由财政代缴"
why = "贫困人员参加城乡居民养老保险，保费由财政代缴；本人缴费的应核实并补上。"
policy = { clause = "二(一)2", quote = "逐年提高贫困群众城乡居民基本养老保险基础养老金最低标准" }
owner = "人力资源和社会保障局"
severity = "S2"
subject = "person"
sources = ["registry_person", "pension"]
optional_sources = ["deceased", "insurance", "registry_household"]
due_days = 30
advice = [
    "核对代缴名单，确应代缴的补办",
]
message = "{age}周岁，城乡居民养老保险费没有由财政代缴。"
related = ["R14"]

[[example]]
case = "没有代缴：列为疑点"
given = """
registry_person @P1 age=40
pension @P1 status=参保缴费 government_paid=0
registry_person @P2 age=17 student_status=高中一年级
pension @P2 status=参保缴费 government_paid=0
"""
expect = ["P1 <- registry_person:1 pension:1", "P2 <- registry_person:2 pension:2"]

[[example]]
case = "已代缴、职工养老、已领取、60周岁、本季度才识别、不再享受政策、登记死亡：不列"
given = """
registry_person @P1 age=59
pension @P1 status=参保缴费 government_paid=1
registry_person @P2 age=59
pension @P2 status=参保缴费 scheme=职工 government_paid=0
registry_person @P3 age=59
pension @P3 government_paid=0
registry_person @P4 age=60
pension @P4 status=参保缴费 government_paid=0
registry_person @P5 age=40 identified_date=2018-09-20
pension @P5 status=参保缴费 government_paid=0
registry_household @P6 #H6 household_no=H6 exit_status=已脱贫(不再享受政策)
registry_person @P6 #H6 household_no=H6 age=40
pension @P6 status=参保缴费 government_paid=0
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id || ';' || r.record_id AS evidence, p.age AS age
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN pension r ON r.person_id = p.person_id
CROSS JOIN parameter q
WHERE r.status = '参保缴费' AND r.scheme = '城乡居民' AND p.age < q.pension_age AND r.government_paid = 0
