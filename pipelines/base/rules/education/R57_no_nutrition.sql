/*
code = "R57"
title = "营养改善未覆盖"
why = "学校实施农村义务教育学生营养改善计划，建档立卡学生本学期却没有受助记录。"
policy = { clause = "二(三)2", quote = "实施好农村义务教育学生营养改善计划" }
owner = "教育局"
severity = "S3"
subject = "person"
sources = ["registry_person", "student", "student_aid"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [{ list = "student_aid", of = "student" }]
columns = ["student.nutrition_school"]
due_days = 30
advice = [
    "到学校查供餐名册和补助发放表",
    "供餐未登记的补录；确未享受的由学校落实",
]
message = "建档立卡学生，{stage}在读，学校实施营养改善计划，{term}学期没有营养改善记录。"
related = ["R14", "R52"]

[[example]]
case = "试点学校在读、没有记录：列为疑点"
given = """
registry_person @P1
student @P1 stage=小学 nutrition_school=1
registry_person @P2
student @P2 stage=初中 nutrition_school=1
"""
expect = ["P1 <- student:1 registry_person:1", "P2 <- student:2 registry_person:2"]

[[example]]
case = "本学期有记录：不列；只有其他项目或上学期的记录：列为疑点"
given = """
parameter other_term=2018秋
registry_person @P1
student @P1 stage=小学 nutrition_school=1
student_aid @P1 item=营养改善计划
registry_person @P2
student @P2 stage=小学 nutrition_school=1
student_aid @P2 item=义务教育寄宿生生活补助
registry_person @P3
student @P3 stage=小学 nutrition_school=1
student_aid @P3 item=营养改善计划 term=2018春
"""
expect = ["P2", "P3"]

[[example]]
case = "学校不在试点、未填、高中、已毕业、不是在册人员：不列"
given = """
registry_person @P1
student @P1 stage=小学 nutrition_school=0
registry_person @P2
student @P2 stage=小学
registry_person @P3
student @P3 stage=普通高中 nutrition_school=1
registry_person @P4
student @P4 stage=初中 nutrition_school=1 status=毕业
student @P5 stage=小学 nutrition_school=1
"""
expect = []

[[example]]
case = "三季度：上学期有记录的不列，更早的列为疑点；不再享受政策的户：不列"
given = """
registry_person @P1
student @P1 stage=小学 nutrition_school=1
student_aid @P1 item=营养改善计划 term=2018春
registry_person @P2
student @P2 stage=小学 nutrition_school=1
student_aid @P2 item=营养改善计划 term=2017秋
registry_household @P3 #H3 household_no=H3 exit_status=已脱贫(不再享受政策)
registry_person @P3 #H3 household_no=H3
student @P3 stage=小学 nutrition_school=1
"""
expect = ["P2"]

[[example]]
case = "本季度才识别的：不列"
given = """
registry_person @P1 identified_date=2018-07-01
student @P1 stage=小学 nutrition_school=1
registry_person @P2 identified_date=2018-07-01
student @P2 stage=初中 nutrition_school=1
"""
expect = []
*/
WITH fed AS (
    SELECT DISTINCT a.person_id
    FROM student_aid a
    CROSS JOIN parameter q
    WHERE (a.term = q.current_term OR a.term = q.other_term) AND a.item LIKE '%营养%'
),
hit AS (
    SELECT p.person_id, p.record_id AS registry_record, s.record_id AS student_record, s.stage, q.current_term
    FROM poor_person p
    SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
    CROSS JOIN parameter q
    JOIN student s ON s.person_id = p.person_id
    LEFT JOIN fed f ON f.person_id = p.person_id
    WHERE s.status = '在读' AND s.nutrition_school = 1 AND s.stage IN ('小学', '初中') AND f.person_id IS NULL
)
SELECT i.person_id AS subject_id, i.student_record AS evidence, 0 AS evidence_order, i.stage AS stage, i.current_term AS term FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.registry_record AS evidence, 1 AS evidence_order, i.stage AS stage, i.current_term AS term FROM hit i
