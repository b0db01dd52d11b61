/*
code = "R51"
title = "有学籍不在校"
why = "学籍显示辍学或休学，孩子实际没有在校学习。"
policy = { clause = "一(二)1", quote = "保障贫困家庭孩子接受九年义务教育" }
owner = "教育局"
severity = "S1"
subject = "person"
sources = ["registry_person", "student"]
optional_sources = ["deceased", "insurance"]
due_days = 10
advice = [
    "到家中见到孩子本人，查休学批准材料或医院证明",
    "无正当理由的由学校、乡镇劝返复学",
]
message = "该儿童学籍（{stage}）状态为{status}，没有在读学籍。"
related = ["R14", "R50"]

[[example]]
case = "辍学、休学：列为疑点"
given = """
registry_person @P1 birth_date=2008-05-01
student @P1 status=辍学
registry_person @P2 birth_date=2008-05-01
student @P2 status=休学
"""
expect = ["P1 <- student:1", "P2 <- student:2"]

[[example]]
case = "另有在读学籍：不列"
given = """
registry_person @P1 birth_date=2008-05-01
student @P1 status=辍学
student @P1
"""
expect = []

[[example]]
case = "超龄、不足龄、不是在册人员：不列"
given = """
registry_person @P1 birth_date=2002-08-31
student @P1 status=辍学
registry_person @P2 birth_date=2012-09-01
student @P2 status=辍学
student @P3 status=辍学
registry_person @P4 birth_date=2008-05-01 person_status=死亡
student @P4 status=辍学
"""
expect = []

[[example]]
case = "转出、毕业：不列（由R50列出）"
given = """
registry_person @P1 birth_date=2008-05-01
student @P1 status=转出
registry_person @P2 birth_date=2003-05-01
student @P2 status=毕业
"""
expect = []

[[example]]
case = "因病休学、休学未满一年：不列；休学超过一年、因其他原因休学、因病辍学：列为疑点"
given = """
registry_person @P1 birth_date=2008-05-01
student @P1 status=休学 status_reason=因病
registry_person @P2 birth_date=2008-05-01
student @P2 status=休学 status_date=2017-09-30
registry_person @P3 birth_date=2008-05-01
student @P3 status=休学 status_date=2017-09-29
registry_person @P4 birth_date=2008-05-01
student @P4 status=休学 status_reason=外出
registry_person @P5 birth_date=2008-05-01
student @P5 status=辍学 status_reason=因病 status_date=2018-09-01
"""
expect = ["P3", "P4", "P5"]

[[example]]
case = "另有一条学籍没有填写状态：不列"
given = """
registry_person @P1 birth_date=2008-05-01
student @P1 status=辍学 stage=小学
student @P1 status=NULL stage=小学
"""
expect = []
*/
WITH attending AS (
    SELECT DISTINCT s.person_id
    FROM student s
    WHERE s.status IS NULL OR s.status = '在读'
)
SELECT c.person_id AS subject_id, s.record_id AS evidence, s.status AS status, s.stage AS stage
FROM school_age c
JOIN student s ON s.person_id = c.person_id
LEFT JOIN attending a ON a.person_id = c.person_id
CROSS JOIN parameter q
WHERE a.person_id IS NULL
    AND (s.status = '辍学'
        OR (s.status = '休学' AND (s.status_reason IS NULL OR s.status_reason NOT LIKE '%病%')
            AND (s.status_date IS NULL OR s.status_date < q.suspended_since_date)))
