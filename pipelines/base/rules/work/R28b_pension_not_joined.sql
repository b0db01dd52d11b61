/*
code = "R28b"
title = "16—59周岁未参加养老保险"
why = "16至59周岁的贫困人员没有参加任何养老保险，老年生活没有保障。"
policy = { clause = "二(一)2", quote = "逐年提高贫困群众城乡居民基本养老保险基础养老金最低标准" }
owner = "人力资源和社会保障局"
severity = "S2"
subject = "person"
sources = ["registry_person", "pension"]
optional_sources = ["deceased", "insurance", "registry_household", "student"]
absent_from = [{ list = "pension" }]
due_days = 30
advice = [
    "查是否参加职工养老或在外地参保",
    "符合条件的办理参保，保费由财政代缴",
]
message = "{age}周岁，没有参加养老保险。"
related = ["R14"]

[[example]]
case = "16岁未参保、已终止：列为疑点"
given = """
registry_person @P1 age=16
registry_person @P2 age=59
pension @P2 status=终止
registry_person @P3 age=17 student_status=非在校生
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2", "P3 <- registry_person:3"]

[[example]]
case = "在校生、学籍在高校、15周岁、60周岁、已参保、已领取、已登记死亡、不再享受政策、服兵役：不列"
given = """
registry_person @P1 age=16 student_status=高中一年级
registry_person @P2 age=20
student @P2 stage=高校
registry_person @P3 age=15
registry_person @P4 age=60
registry_person @P5 age=40
pension @P5 status=参保缴费
registry_person @P6 age=55
pension @P6 scheme=职工
registry_person @P7 age=40
deceased @P7 death_date=2018-01-05
registry_household @P8 #H8 household_no=H8 exit_status=已脱贫(不再享受政策)
registry_person @P8 #H8 household_no=H8 age=40
registry_person @P9 age=20
insurance @P9 status=暂停 stop_reason=入伍
"""
expect = []

[[example]]
case = "养老名单没有写明状态：不列"
given = """
registry_person @P1 age=30
pension @P1 status=NULL
"""
expect = []

[[example]]
case = "本季度才识别的：不列"
given = """
registry_person @P1 age=16 identified_date=2018-07-01
registry_person @P2 age=59 identified_date=2018-07-01
pension @P2 status=终止
registry_person @P3 age=17 student_status=非在校生 identified_date=2018-07-01
"""
expect = []
*/
WITH insured AS (
    SELECT DISTINCT x.person_id
    FROM pension x
    WHERE x.status IS NULL OR x.status IN ('参保缴费', '领取待遇')
)
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
CROSS JOIN parameter q
LEFT JOIN insured r ON r.person_id = p.person_id
LEFT JOIN lives_elsewhere e ON e.person_id = p.person_id
LEFT JOIN college_student c ON c.person_id = p.person_id
WHERE p.age >= q.labour_age_from AND p.age < q.pension_age
    AND (p.student_status IS NULL OR p.student_status = '非在校生')
    AND r.person_id IS NULL AND e.person_id IS NULL AND c.person_id IS NULL
