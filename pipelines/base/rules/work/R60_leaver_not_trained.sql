/*
code = "R60"
title = "两后生未升学未培训"
why = "初中、高中毕业未升学的贫困家庭青年没有参加技工教育、没有培训也没有就业，容易返贫。"
policy = { clause = "二(二)2", quote = "对贫困家庭应往届“两后生”进行免费技工教育" }
owner = "人力资源和社会保障局"
severity = "S3"
subject = "person"
sources = ["registry_person", "student", "training", "labour"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [
    { list = "training" },
    { list = "labour", rows = "working" },
]
due_days = 60
advice = [
    "动员参加免费技工教育或技能培训",
    "已在外就业的登记就业信息",
]
message = "{age}周岁，已毕业未升学，没有培训记录，也没有就业。"
related = ["R14"]

[[example]]
case = "初中、高中毕业，没有培训、没有就业：列为疑点"
given = """
registry_person @P1 age=15
student @P1 status=毕业 stage=初中
registry_person @P2 age=22
student @P2 status=毕业 stage=普通高中
labour @P2 employment=未就业
"""
expect = ["P1 <- registry_person:1 student:1", "P2 <- registry_person:2 student:2"]

[[example]]
case = "超龄、不满15岁、升学、培训过、已就业、小学毕业：不列"
given = """
registry_person @P1 age=23
student @P1 status=毕业 stage=初中
registry_person @P2 age=14
student @P2 status=毕业 stage=初中
registry_person @P3 age=17
student @P3 status=毕业 stage=初中
student @P3 status=在读 stage=中职
registry_person @P4 age=17
student @P4 status=毕业 stage=初中
training @P4 year=2018
registry_person @P5 age=17
student @P5 status=毕业 stage=初中
labour @P5 employment=转移就业
registry_person @P6 age=17
student @P6 status=毕业 stage=小学
registry_person @P7 age=17
student @P7 status=转出 stage=初中
"""
expect = []

[[example]]
case = "十年前、三年前的培训不算：列为疑点；两年前的：不列"
given = """
registry_person @P1 age=22
student @P1 status=毕业 stage=普通高中
training @P1 year=2009
registry_person @P2 age=22
student @P2 status=毕业 stage=普通高中
training @P2 year=2015
registry_person @P3 age=22
student @P3 status=毕业 stage=普通高中
training @P3 year=2016
"""
expect = ["P1", "P2"]

[[example]]
case = "另有一条学籍没有填写状态（可能已升学）：不列"
given = """
registry_person @P1 age=18
student @P1 status=毕业 stage=普通高中
student @P1 status=NULL stage=高校
"""
expect = []

[[example]]
case = "本季度才识别的：不列"
given = """
registry_person @P1 age=15 identified_date=2018-07-01
student @P1 status=毕业 stage=初中
registry_person @P2 age=22 identified_date=2018-07-01
student @P2 status=毕业 stage=普通高中
labour @P2 employment=未就业
"""
expect = []
*/
WITH attending AS (
    SELECT DISTINCT s.person_id
    FROM student s
    WHERE s.status IS NULL OR s.status = '在读'
)
SELECT p.person_id AS subject_id, p.record_id || ';' || s.record_id AS evidence, p.age AS age
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN student s ON s.person_id = p.person_id
CROSS JOIN parameter q
LEFT JOIN attending a ON a.person_id = p.person_id
LEFT JOIN (
    SELECT DISTINCT y.person_id
    FROM training y
    CROSS JOIN parameter k
    WHERE y.year > k.year - k.leaver_training_years
) AS t ON t.person_id = p.person_id
LEFT JOIN working w ON w.person_id = p.person_id
WHERE s.status = '毕业' AND s.stage IN ('初中', '普通高中')
    AND p.age >= q.leaver_age_from AND p.age <= q.leaver_age_to
    AND a.person_id IS NULL AND t.person_id IS NULL AND w.person_id IS NULL
