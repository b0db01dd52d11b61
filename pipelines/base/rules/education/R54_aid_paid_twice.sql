/*
code = "R54"
title = "重复资助"
why = "同一学期同一项目资助两次且金额相同，或两所学校都发放，资金可能重复。"
policy = { clause = "二(三)2", quote = "完善资助政策管理体系" }
owner = "教育局"
severity = "S1"
subject = "person"
sources = ["student_aid"]
optional_sources = ["student"]
due_days = 15
advice = [
    "核对发放凭证，是否分次发放或学期中转学",
    "确属重复的收回多发部分",
]
message = "该学生{term}学期{reason}，按名单金额多发{recover_fen}。"
related = ["R14"]

[[example]]
case = "同一项目两次：列为疑点"
given = """
student_aid @P1 item=助学金 school=甲校
student_aid @P1 item=助学金 school=甲校
"""
expect = ["P1/2018秋 <- student_aid:1 student_aid:2"]

[[example]]
case = "两所学校：列为疑点"
given = """
student_aid @P1 item=助学金 school=甲校
student_aid @P1 item=免学费 school=乙校
"""
expect = ["P1/2018秋 <- student_aid:1 student_aid:2"]

[[example]]
case = "不同项目、不同学期：不列"
given = """
student_aid @P1 item=助学金 school=甲校
student_aid @P1 item=免学费 school=甲校
student_aid @P1 item=助学金 school=甲校 term=2018春
"""
expect = []

[[example]]
case = "上学期换校：不列"
given = """
student_aid @P1 item=助学金 school=甲校
student_aid @P1 item=助学金 school=乙校 term=2018春
"""
expect = []

[[example]]
case = "学校未填不算另一所"
given = """
student_aid @P1 item=助学金 school=甲校
student_aid @P1 item=免学费
"""
expect = []

[[example]]
case = "另一项只发一次、另一学期无重复：不作佐证"
given = """
student_aid @P1 item=助学金 school=甲校
student_aid @P1 item=助学金 school=甲校
student_aid @P1 item=免学费 school=甲校
student_aid @P1 item=助学金 school=甲校 term=2018春
"""
expect = ["P1/2018秋 <- student_aid:1 student_aid:2"]

[[example]]
case = "上学期在两校、本学期不重复：只列上学期"
given = """
student_aid @P1 item=助学金 school=甲校 term=2018春
student_aid @P1 item=免学费 school=乙校 term=2018春
student_aid @P1 item=助学金 school=乙校
"""
expect = ["P1/2018春 <- student_aid:1 student_aid:2"]

[[example]]
case = "学期中从一校转出：两校不算；在读两校、转出的是第三校：仍列"
given = """
student_aid @P1 item=助学金 school=甲校
student_aid @P1 item=免学费 school=乙校
student @P1 school=甲校 status=转出
student @P1 school=乙校
student_aid @P2 item=助学金 school=甲校
student_aid @P2 item=免学费 school=乙校
student @P2 school=甲校
student @P2 school=丙校 status=转出
student_aid @P3 item=助学金 school=甲校
student_aid @P3 item=免学费 school=乙校
"""
expect = ["P2/2018秋", "P3/2018秋"]

[[example]]
case = "一学期分两笔、金额不同：不列；金额相同：列为疑点"
given = """
student_aid @P1 item=中职国家助学金 school=甲校 amount_fen=100000
student_aid @P1 item=中职国家助学金 school=甲校 amount_fen=20000
student_aid @P2 item=中职国家助学金 school=甲校 amount_fen=100000
student_aid @P2 item=中职国家助学金 school=甲校 amount_fen=100000
"""
expect = ["P2/2018秋"]

[[example]]
case = "两笔相同、另一笔金额不同：不同的一笔不作佐证"
given = """
student_aid @P1 item=助学金 school=甲校 amount_fen=100000
student_aid @P1 item=助学金 school=甲校 amount_fen=100000
student_aid @P1 item=助学金 school=甲校 amount_fen=20000
"""
expect = ["P1/2018秋 <- student_aid:1 student_aid:2"]

[[example]]
case = "两校都发、以前学期就从其中一校转走：列为疑点；本学期才转走、往年的学期、没有写明日期：不列"
given = """
student_aid @P1 item=助学金 school=甲校
student_aid @P1 item=免学费 school=乙校
student @P1 school=乙校 status=转出 status_date=2018-08-31
student_aid @P2 item=助学金 school=甲校
student_aid @P2 item=免学费 school=乙校
student @P2 school=乙校 status=转出 status_date=2018-09-05
student_aid @P3 item=助学金 school=甲校
student_aid @P3 item=免学费 school=乙校
student @P3 school=乙校 status=转出
student_aid @P4 item=助学金 school=甲校 term=2018春
student_aid @P4 item=免学费 school=乙校 term=2018春
student @P4 school=乙校 status=转出 status_date=2018-03-01
student_aid @P5 item=助学金 school=甲校
student_aid @P5 item=免学费 school=乙校
student @P5 school=丙校 status=转出 status_date=2018-09-05
student_aid @P6 item=助学金 school=甲校 term=2018春
student_aid @P6 item=免学费 school=乙校 term=2018春
student_aid @P6 item=助学金 school=甲校
student_aid @P6 item=免学费 school=乙校
student @P6 school=乙校 status=转出 status_date=2018-03-01
"""
expect = ["P1/2018秋", "P5/2018秋", "P6/2018秋"]

[[example]]
case = "春季学期内转走：不列；上年秋季转走：列为疑点"
given = """
parameter current_term=2018春 autumn_term_date=2017-09-01
student_aid @P1 item=助学金 school=甲校 term=2018春
student_aid @P1 item=免学费 school=乙校 term=2018春
student @P1 school=乙校 status=转出 status_date=2018-03-01
student_aid @P2 item=助学金 school=甲校 term=2018春
student_aid @P2 item=免学费 school=乙校 term=2018春
student @P2 school=乙校 status=转出 status_date=2017-10-01
"""
expect = ["P2/2018春"]

[[example]]
case = "以前的学期两校都发、没有从哪一校转走：列为疑点"
given = """
student_aid @P1 item=助学金 school=甲校 term=2018春
student_aid @P1 item=免学费 school=乙校 term=2018春
student @P1 school=乙校
"""
expect = ["P1/2018春"]
*/
-- Whoever moved school in mid-term leaves a roll entry with the old school.
WITH moved AS (
    SELECT m.person_id, m.school, q.current_term AS term
    FROM moved_this_term m
    CROSS JOIN parameter q
    UNION ALL
    SELECT s.person_id, s.school, a.term
    FROM student s
    CROSS JOIN parameter q
    JOIN student_aid a ON a.person_id = s.person_id
    WHERE s.status = '转出' AND a.term <> q.current_term
),
-- Instalments of one grant differ in amount; the same amount twice is a grant paid twice.
amount AS (
    SELECT a.record_id, a.person_id, a.term, a.item, COALESCE(a.amount_fen, 0) AS amount_fen
    FROM student_aid a
),
same_item AS (
    SELECT a.person_id, a.term, a.item, a.amount_fen, COUNT(*) AS payments
    FROM amount a
    GROUP BY a.person_id, a.term, a.item, a.amount_fen
),
totals AS (
    SELECT
        t.person_id, t.term, t.item, t.amount_fen, t.payments,
        SUM((t.payments - 1) * t.amount_fen) OVER (PARTITION BY t.person_id, t.term) AS over_fen
    FROM same_item t
),
by_school AS (
    SELECT a.person_id, a.term, a.school, SUM(COALESCE(a.amount_fen, 0)) AS amount_fen
    FROM student_aid a
    ANTI JOIN moved m ON m.person_id = a.person_id AND m.school = a.school AND m.term = a.term
    WHERE a.school IS NOT NULL
    GROUP BY a.person_id, a.term, a.school
),
-- One school's aid is right: the rest was paid too much.
schools AS (
    SELECT x.person_id, x.term, COUNT(*) AS schools, SUM(x.amount_fen) - MAX(x.amount_fen) AS over_fen
    FROM by_school x
    GROUP BY x.person_id, x.term
)
SELECT a.person_id AS subject_id, a.term AS rule_key, a.record_id AS evidence, a.term AS term,
    CASE WHEN s.schools > 1 THEN '在两所以上学校受助' ELSE '同一项目重复受助' END AS reason,
    NULLIF(GREATEST(CASE WHEN s.schools > 1 THEN s.over_fen ELSE 0 END, COALESCE(t.over_fen, 0)), 0) AS recover_fen
FROM amount a
LEFT JOIN totals t ON t.person_id = a.person_id AND t.term = a.term AND t.item = a.item AND t.amount_fen = a.amount_fen
LEFT JOIN schools s ON s.person_id = a.person_id AND s.term = a.term
WHERE t.payments > 1 OR s.schools > 1
