/*
code = "R55"
title = "受助无学籍"
why = "本学期受助，却没有在读学籍，可能虚报或学籍信息有误。"
policy = { clause = "二(三)2", quote = "精准认定资助学生资格" }
owner = "教育局"
severity = "S1"
subject = "person"
sources = ["student_aid", "student"]
absent_from = [{ list = "student" }]
due_days = 15
advice = [
    "到学校核实是否在校就读",
    "学前教育学籍录入滞后，不在此列；虚报的追回资金",
]
message = "该学生{term}学期领取“{item}”，在申领的学校没有在读学籍。"
related = ["R14"]

[[example]]
case = "没有学籍：列为疑点"
given = """
student_aid @P1
"""
expect = ["P1/2018秋 <- student_aid:1"]

[[example]]
case = "已辍学、转出：列为疑点"
given = """
student_aid @P1
student @P1 status=辍学
student_aid @P2
student @P2 status=转出
"""
expect = ["P1/2018秋", "P2/2018秋"]

[[example]]
case = "在读：不列"
given = """
student_aid @P1
student @P1
"""
expect = []

[[example]]
case = "上学期的资助：不列"
given = """
student_aid @P1 term=2018春
"""
expect = []

[[example]]
case = "学前资助（学籍录入滞后）：不列；其他项目：列为疑点"
given = """
student_aid @P1 item=学前幼儿生活补助
student_aid @P2 item=免保教费
student_aid @P3 item=普通高中助学金
"""
expect = ["P3/2018秋"]

[[example]]
case = "学籍在另一学校：列为疑点；学期中从申领学校转出、申领学校未填：不列"
given = """
student_aid @P1 school=乙校 item=普通高中助学金
student @P1 school=甲校
student_aid @P2 school=乙校 item=普通高中助学金
student @P2 school=甲校
student @P2 school=乙校 status=转出
student_aid @P3 item=普通高中助学金
student @P3 school=甲校
student_aid @P4 school=乙校 item=普通高中助学金
student @P4 school=乙校 status=毕业
student @P4 school=甲校
"""
expect = ["P1/2018秋", "P4/2018秋"]

[[example]]
case = "两份名单的校名一个带县名、一个不带：是同一所学校，不列"
given = """
student_aid @P1 school=浚县黎阳第一小学 item=普通高中助学金
student @P1 school=黎阳第一小学
student_aid @P2 school=鹤壁市第一高级中学 item=普通高中助学金
student @P2 school=河南省鹤壁市第一高级中学
student_aid @P3 school=浚县黎阳第一小学 item=普通高中助学金
student @P3 school=黎阳第二小学
"""
expect = ["P3/2018秋"]

[[example]]
case = "以前学期就从申领学校转走：列为疑点；本学期才转走、没有写明转出日期：不列"
given = """
student_aid @P1 school=乙校 item=普通高中助学金
student @P1 school=甲校
student @P1 school=乙校 status=转出 status_date=2016-09-01
student_aid @P2 school=乙校 item=普通高中助学金
student @P2 school=甲校
student @P2 school=乙校 status=转出 status_date=2018-09-01
student_aid @P3 school=乙校 item=普通高中助学金
student @P3 school=甲校
student @P3 school=乙校 status=转出
student_aid @P4 school=乙校 item=普通高中助学金
student @P4 school=甲校
student @P4 school=乙校 status=转出 status_date=2018-08-31
student_aid @P5 school=甲校 item=普通高中助学金
student @P5 school=甲校
"""
expect = ["P1/2018秋", "P4/2018秋"]

[[example]]
case = "春季学期内转走：不列；上年秋季转走：列为疑点"
given = """
parameter current_term=2018春 autumn_term_date=2017-09-01
student_aid @P1 term=2018春 school=乙校 item=普通高中助学金
student @P1 school=甲校
student @P1 school=乙校 status=转出 status_date=2018-03-01
student_aid @P2 term=2018春 school=乙校 item=普通高中助学金
student @P2 school=甲校
student @P2 school=乙校 status=转出 status_date=2017-10-01
"""
expect = ["P2/2018春"]

[[example]]
case = "学籍状态没有填写：不列"
given = """
student_aid @P1 school=甲校 item=普通高中助学金
student @P1 school=甲校 status=NULL
"""
expect = []
*/
WITH enrolled AS (
    SELECT DISTINCT s.person_id
    FROM student s
    WHERE s.status IS NULL OR s.status = '在读'
),
-- On the roll of the school that asked for the aid, or moved from there within the term.
at_school AS (
    SELECT s.person_id, s.school
    FROM student s
    WHERE s.status IS NULL OR s.status = '在读'
    UNION
    SELECT m.person_id, m.school
    FROM moved_this_term m
),
-- One list says 浚县黎阳第一小学 where the other says 黎阳第一小学.
at_its_school AS (
    SELECT DISTINCT a.record_id
    FROM student_aid a
    JOIN at_school c ON c.person_id = a.person_id
    WHERE c.school = a.school OR ENDS_WITH(c.school, a.school) OR ENDS_WITH(a.school, c.school)
)
SELECT a.person_id AS subject_id, a.term AS rule_key, a.record_id AS evidence, a.term AS term, a.item AS item
FROM student_aid a
JOIN parameter q ON q.current_term = a.term
LEFT JOIN enrolled s ON s.person_id = a.person_id
LEFT JOIN at_its_school c ON c.record_id = a.record_id
WHERE (s.person_id IS NULL OR (a.school IS NOT NULL AND c.record_id IS NULL))
    -- Kindergartens enter the roll late.
    AND (a.item IS NULL OR (a.item NOT LIKE '%学前%' AND a.item NOT LIKE '%保教%'))
