/*
code = "R59"
title = "残疾儿童未入学/未送教"
why = "残疾的义务教育年龄儿童没有随班就读、特教或送教上门，受教育权没有保障。"
policy = { clause = "二(三)3", quote = "优先保障贫困家庭残疾儿童接受义务教育" }
owner = "教育局"
severity = "S1"
subject = "person"
sources = ["registry_person", "student"]
optional_sources = ["deceased", "insurance", "disability_certificate"]
absent_from = [{ list = "student" }]
due_days = 10
advice = [
    "会同教育、残联评估，安排随班就读、特教学校或送教上门",
    "不具备学习能力的按程序办理缓学免学",
]
message = "残疾儿童，现年{age}周岁，没有在读学籍。"
explained_by = ["R50"]
related = ["R14", "R50"]

[[example]]
case = "登记残疾、没有在读学籍：列为疑点"
given = """
registry_person @P1 birth_date=2008-05-01 health=残疾
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "持残疾人证、已休学：列为疑点"
given = """
registry_person @P1 birth_date=2008-05-01 id_class=CERT20
student @P1 status=休学
"""
expect = ["P1"]

[[example]]
case = "在读（含送教上门）：不列"
given = """
registry_person @P1 birth_date=2008-05-01 health=残疾
student @P1 study_mode=送教上门
"""
expect = []

[[example]]
case = "健康、超龄：不列"
given = """
registry_person @P1 birth_date=2008-05-01 health=健康 id_class=VALID18
registry_person @P2 birth_date=2000-05-01 health=残疾
"""
expect = []

[[example]]
case = "健康状况登记健康而持有残疾人证、休学：列为疑点；证已注销：不列"
given = """
registry_person @P1 birth_date=2008-05-01 health=健康
disability_certificate @P1
student @P1 status=休学
registry_person @P2 birth_date=2008-05-01 health=健康
disability_certificate @P2 status=注销
registry_person @P3 birth_date=2008-05-01 health=残疾
student @P3 stage=特殊教育
"""
expect = ["P1"]

[[example]]
case = "学籍状态没有填写：不列"
given = """
registry_person @P1 birth_date=2008-05-01 health=残疾
student @P1 status=NULL
"""
expect = []
*/
WITH attending AS (
    SELECT DISTINCT s.person_id
    FROM student s
    WHERE s.status IS NULL OR s.status = '在读'
)
SELECT c.person_id AS subject_id, c.record_id AS evidence, c.age AS age
FROM school_age c
LEFT JOIN attending a ON a.person_id = c.person_id
LEFT JOIN (SELECT DISTINCT v.person_id FROM certificate_valid v) AS d ON d.person_id = c.person_id
WHERE (c.health LIKE '%残疾%' OR c.id_class IN ('CERT20', 'CERT22') OR d.person_id IS NOT NULL) AND a.person_id IS NULL
