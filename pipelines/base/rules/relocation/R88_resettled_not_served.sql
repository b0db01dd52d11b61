/*
code = "R88"
title = "搬迁群众接续服务缺口"
why = "搬迁群众的医保、上学、户口要接续办理；没有参保、没有学籍、入住一年未迁户口的，接续服务有缺口。"
policy = { clause = "二(三)4", quote = "切实做好搬迁群众户口迁移、上学就医、社会保障、心理疏导等接续服务工作" }
owner = "发展和改革委员会"
severity = "S2"
subject = "person"
sources = ["relocation", "registry_person", "insurance", "student"]
optional_sources = ["deceased"]
absent_from = [
    { list = "insurance", rows = "insured_or_excused", key = "insurance" },
    { list = "student", key = "school" },
]
due_days = 30
advice = [
    "联系迁入地办理参保、转学和户口迁移",
    "自愿保留原户籍的登记说明",
]
message = "已搬迁入住，{gap}。"
related = ["R14", "R30", "R50"]

[[example]]
case = "未参保、未上学、入住一年未迁户口"
given = """
relocation @P1 #H1 archive_no=A1 move_in_date=2018-01-01
relocation @P2 #H1 archive_no=A1 move_in_date=2018-01-01 birth_date=2008-05-01
insurance @P2
relocation @P3 #H1 archive_no=A1 move_in_date=2017-09-30 hukou_moved=0
registry_person @P3
relocation @P4 #H4 archive_no=A4 move_in_date=2017-09-30 hukou_moved=0 hukou_stays=0
insurance @P4
insurance @P3
"""
expect = ["P1/insurance <- relocation:1", "P2/school <- relocation:2", "P3/hukou <- relocation:3", "P4/hukou <- relocation:4"]

[[example]]
case = "已参保在读、户口已迁、自愿保留、入住不满一年：不列"
given = """
relocation @P1 archive_no=A1 move_in_date=2017-01-01 birth_date=2008-05-01 hukou_moved=1
insurance @P1
student @P1
relocation @P2 archive_no=A2 move_in_date=2017-01-01 birth_date=2012-09-01 hukou_moved=0 hukou_stays=1
insurance @P2
relocation @P3 archive_no=A3 move_in_date=2017-10-01 birth_date=2002-08-31 hukou_moved=0
insurance @P3
"""
expect = []

[[example]]
case = "尚未入住：不列；登记死亡的不列"
given = """
relocation @P1 archive_no=A1
relocation @P2 archive_no=A2 birth_date=2008-05-01 hukou_moved=0
insurance @P2
relocation @P3 archive_no=A3 move_in_date=2018-10-01 hukou_moved=0
relocation @P4 archive_no=A4 move_in_date=2017-01-01 hukou_moved=0 birth_date=2008-05-01
registry_person @P4 person_status=死亡
"""
expect = []

[[example]]
case = "学籍已转出、保险在上年：列为疑点"
given = """
relocation @P1 archive_no=A1 move_in_date=2018-09-30 birth_date=2008-05-01
insurance @P1
student @P1 status=转出
relocation @P2 archive_no=A1 move_in_date=2018-09-30
insurance @P2 year=2017
"""
expect = ["P1/school", "P2/insurance"]

[[example]]
case = "高校在校生、已登记死亡、外省参保、刚出生的婴儿、初中毕业、外省就读：不列"
given = """
relocation @P1 archive_no=A1 move_in_date=2018-01-01
registry_person @P1 student_status=大专及以上
relocation @P2 archive_no=A1 move_in_date=2018-01-01
deceased @P2 death_date=2018-05-01
relocation @P3 archive_no=A1 move_in_date=2018-01-01
insurance @P3 status=暂停 stop_reason=外省参保
relocation @P4 archive_no=A1 move_in_date=2018-01-01 birth_date=2018-08-01
relocation @P5 archive_no=A1 move_in_date=2018-01-01 birth_date=2003-01-01
registry_person @P5 birth_date=2003-01-01 age=15 education=初中 student_status=非在校生
insurance @P5
relocation @P6 archive_no=A1 move_in_date=2018-01-01 birth_date=2008-05-01
insurance @P6 status=暂停 stop_reason=外省参保
"""
expect = []

[[example]]
case = "登记在册的儿童没有学籍：列为疑点"
given = """
relocation @P1 archive_no=A1 move_in_date=2018-01-01 birth_date=2008-05-01
registry_person @P1 birth_date=2008-05-01
insurance @P1
"""
expect = ["P1/school"]

[[example]]
case = "转入本地的、参保状态和学籍状态没有写明的：不列"
given = """
registry_person @P1 person_status=转入
relocation @P1 move_in_date=2018-01-01 birth_date=2008-05-01
insurance @P1 status=NULL
student @P1 status=NULL
"""
expect = []

[[example]]
case = "转入本地而没有参保的：列为疑点"
given = """
registry_person @P1 person_status=转入
relocation @P1 move_in_date=2018-01-01 birth_date=1970-05-01
"""
expect = ["P1/insurance"]
*/
WITH gone AS (
    SELECT DISTINCT p.person_id
    FROM registry_person p
    WHERE p.person_status NOT IN ('正常', '转入')
),
moved AS (
    SELECT r.person_id, r.record_id, r.birth_date, r.move_in_date, r.hukou_moved, r.hukou_stays
    FROM relocation r
    CROSS JOIN parameter q
    LEFT JOIN gone g ON g.person_id = r.person_id
    LEFT JOIN dead_person x ON x.person_id = r.person_id
    WHERE r.move_in_date <= q.quarter_end AND g.person_id IS NULL AND x.person_id IS NULL
),
registered AS (
    SELECT DISTINCT p.person_id
    FROM poor_person p
),
attending AS (
    SELECT DISTINCT s.person_id
    FROM student s
    WHERE s.status IS NULL OR s.status IN ('在读', '休学')
)
SELECT m.person_id AS subject_id, 'insurance' AS rule_key, m.record_id AS evidence, '本年度没有正常参保' AS gap
FROM moved m
CROSS JOIN parameter q
LEFT JOIN insured_person i ON i.person_id = m.person_id
LEFT JOIN college_student c ON c.person_id = m.person_id
LEFT JOIN lives_elsewhere e ON e.person_id = m.person_id
LEFT JOIN insurance_unclear u ON u.person_id = m.person_id
WHERE i.person_id IS NULL AND c.person_id IS NULL AND e.person_id IS NULL AND u.person_id IS NULL
    AND (m.birth_date IS NULL OR m.birth_date <= q.newborn_date)
UNION ALL
SELECT m.person_id AS subject_id, 'school' AS rule_key, m.record_id AS evidence, '义务教育年龄没有在读学籍' AS gap
FROM moved m
CROSS JOIN parameter q
LEFT JOIN attending a ON a.person_id = m.person_id
-- Of whom the registry knows more, its children out of school are meant.
LEFT JOIN registered p ON p.person_id = m.person_id
LEFT JOIN out_of_school o ON o.person_id = m.person_id
LEFT JOIN lives_elsewhere e ON e.person_id = m.person_id
WHERE m.birth_date <= q.school_born_by AND m.birth_date > q.school_born_after AND a.person_id IS NULL
    AND (p.person_id IS NULL OR o.person_id IS NOT NULL) AND e.person_id IS NULL
UNION ALL
SELECT m.person_id AS subject_id, 'hukou' AS rule_key, m.record_id AS evidence, '入住满一年户口没有迁移' AS gap
FROM moved m
CROSS JOIN parameter q
WHERE m.hukou_moved = 0 AND (m.hukou_stays IS NULL OR m.hukou_stays = 0) AND m.move_in_date <= q.hukou_move_date
