/*
code = "R28"
title = "60岁以上未领取养老待遇"
why = "季度开始前已年满60周岁，没有领取任何养老待遇。次月起领取，当季满60周岁的不列；不在本地生活的由当地核实。"
policy = { clause = "二(一)2", quote = "逐年提高贫困群众城乡居民基本养老保险基础养老金最低标准" }
owner = "人力资源和社会保障局"
severity = "S2"
subject = "person"
sources = ["registry_person", "pension"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [{ list = "pension" }]
due_days = 30
advice = [
    "查是否参加职工养老或在外地领取",
    "符合条件的办理待遇领取",
]
message = "{age}周岁，没有领取养老待遇。"
related = ["R14"]

[[example]]
case = "满60周岁没有领取、没有参保：列为疑点"
given = """
registry_person @P1 age=60
pension @P1 status=参保缴费
registry_person @P2 age=61 birth_date=1957-03-01
registry_person @P3 age=62 student_status=八年级
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2", "P3 <- registry_person:3"]

[[example]]
case = "已领取、59周岁、本季度才满60周岁（次月起领取）、已不在册、登记死亡、不再享受政策、出国定居：不列；季度前一天满60周岁：列为疑点"
given = """
registry_person @P1 age=60
pension @P1
registry_person @P2 age=59
registry_person @P3 age=60 birth_date=1958-07-01
pension @P3 status=参保缴费
registry_person @P4 age=70 person_status=死亡
registry_person @P5 age=70
deceased @P5 death_date=2018-01-05
registry_household @P6 #H6 household_no=H6 exit_status=已脱贫(不再享受政策)
registry_person @P6 #H6 household_no=H6 age=70
registry_person @P7 age=70
insurance @P7 status=暂停 stop_reason=出国定居
registry_person @P8 age=60 birth_date=1958-06-30
"""
expect = ["P8"]

[[example]]
case = "养老名单没有写明状态：看不出没有领取，不列"
given = """
registry_person @P1 age=70
pension @P1 status=NULL
"""
expect = []

[[example]]
case = "本季度才识别的：不列"
given = """
registry_person @P1 age=60 identified_date=2018-07-01
pension @P1 status=参保缴费
registry_person @P2 age=61 birth_date=1957-03-01 identified_date=2018-07-01
registry_person @P3 age=62 student_status=八年级 identified_date=2018-07-01
"""
expect = []
*/
WITH receiving AS (
    SELECT DISTINCT x.person_id
    FROM pension x
    WHERE x.status IS NULL OR x.status = '领取待遇'
)
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
CROSS JOIN parameter q
LEFT JOIN receiving r ON r.person_id = p.person_id
LEFT JOIN lives_elsewhere e ON e.person_id = p.person_id
WHERE p.age >= q.pension_age AND (p.birth_date IS NULL OR p.birth_date < q.pension_born_by)
    AND r.person_id IS NULL AND e.person_id IS NULL
