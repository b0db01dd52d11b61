/*
code = "R58"
title = "在校生状况与学籍不符"
why = "建档立卡登记的在校生状况与学籍学段不一致，会漏掉应享受的教育资助。"
policy = { clause = "二(三)2", quote = "精准认定资助学生资格" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person", "student"]
due_days = 60
advice = [
    "向学校核实学段年级，更新建档立卡在校生状况",
    "学籍有误的由学校更正",
]
message = "建档立卡登记为“{student_status}”，学籍为{stage}在读。"
explained_by = ["R50", "R51"]
related = ["R14"]

[[example]]
case = "登记非在校生、学籍小学在读：列为疑点"
given = """
registry_person @P1 student_status=非在校生
student @P1 stage=小学
"""
expect = ["P1 <- registry_person:1 student:1"]

[[example]]
case = "学段一致：不列"
given = """
registry_person @P1 student_status=小学
student @P1 stage=小学
registry_person @P2 student_status=八年级
student @P2 stage=初中
registry_person @P3 student_status=中职一年级
student @P3 stage=中职
registry_person @P4 student_status=大专及以上
student @P4 stage=高校
registry_person @P5 student_status=学前教育
student @P5 stage=学前
registry_person @P6 student_status=高中二年级
student @P6 stage=普通高中
"""
expect = []

[[example]]
case = "秋季升学一级尚未更新：三季度不列"
given = """
registry_person @P1 student_status=九年级
student @P1 stage=普通高中
registry_person @P2 student_status=小学
student @P2 stage=初中
"""
expect = []

[[example]]
case = "四季度仍未更新：列为疑点"
given = """
parameter promotion_quarter=0
registry_person @P1 student_status=九年级
student @P1 stage=普通高中
"""
expect = ["P1"]

[[example]]
case = "登记高于学籍、差两级：列为疑点"
given = """
registry_person @P1 student_status=九年级
student @P1 stage=小学
registry_person @P2 student_status=小学
student @P2 stage=普通高中
"""
expect = ["P1", "P2"]

[[example]]
case = "未填、学籍已毕业、不是在册人员：不列"
given = """
registry_person @P1
student @P1 stage=小学
registry_person @P2 student_status=非在校生
student @P2 stage=小学 status=毕业
registry_person @P3 student_status=非在校生 person_status=死亡
student @P3 stage=小学
"""
expect = []

[[example]]
case = "特殊教育学校学生、学段未填、高职登记而学籍在高校或中职：不列；高职登记而学籍初中：列为疑点"
given = """
registry_person @P1 student_status=小学
student @P1 stage=特殊教育
registry_person @P2 student_status=小学
student @P2 stage=NULL
registry_person @P3 student_status=高职一年级
student @P3 stage=高校
registry_person @P4 student_status=高职三年级
student @P4 stage=中职
registry_person @P5 student_status=高职二年级
student @P5 stage=初中
registry_person @P6 student_status=非在校生
student @P6 stage=中职
"""
expect = ["P5", "P6"]
*/
WITH registered AS (
    SELECT p.person_id, p.record_id, p.student_status,
        CASE
            WHEN p.student_status = '非在校生' THEN 0
            WHEN p.student_status = '学前教育' THEN 1
            WHEN p.student_status = '小学' THEN 2
            WHEN p.student_status IN ('七年级', '八年级', '九年级') THEN 3
            WHEN p.student_status IN ('大专及以上', '高职一年级', '高职二年级', '高职三年级') THEN 5
            WHEN p.student_status IS NULL THEN NULL
            ELSE 4
        END AS step
    FROM poor_person p
),
enrolled AS (
    SELECT s.person_id, s.record_id, s.stage,
        CASE
            WHEN s.stage = '学前' THEN 1
            WHEN s.stage = '小学' THEN 2
            WHEN s.stage = '初中' THEN 3
            WHEN s.stage = '高校' THEN 5
            ELSE 4
        END AS step
    FROM student s
    -- A special school has its own stages; five-year colleges keep their pupils on the vocational roll.
    WHERE s.status = '在读' AND s.stage IS NOT NULL AND s.stage <> '特殊教育'
),
hit AS (
    SELECT p.person_id, p.record_id AS registry_record, s.record_id AS student_record, p.student_status, s.stage
    FROM registered p
    JOIN enrolled s ON s.person_id = p.person_id
    CROSS JOIN parameter q
    WHERE p.step <> s.step AND (p.student_status NOT IN ('高职一年级', '高职二年级', '高职三年级') OR s.stage <> '中职') AND (q.promotion_quarter = 0 OR s.step <> p.step + 1)
)
SELECT i.person_id AS subject_id, i.registry_record AS evidence, 0 AS evidence_order, i.student_status AS student_status, i.stage AS stage FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.student_record AS evidence, 1 AS evidence_order, i.student_status AS student_status, i.stage AS stage FROM hit i
