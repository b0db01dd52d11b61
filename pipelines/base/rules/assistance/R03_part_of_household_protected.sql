/*
code = "R03"
title = "同户部分在保（整户保/单人保不一致）"
why = "整户享受低保的家庭，名单应与建档立卡成员一致；有成员未在保障名单内，可能漏保或名单陈旧。"
policy = { clause = "二(一)2", quote = "实现低保对象动态管理与建档立卡贫困人口识别的精准衔接" }
owner = "民政局"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person", "dibao", "tekun"]
optional_sources = ["deceased", "insurance", "student"]
absent_from = [
    { list = "dibao", of = "registry_person", rows = "dibao_active" },
    { list = "tekun", of = "registry_person", rows = "tekun_active" },
]
due_days = 60
advice = [
    "逐人核对低保保障名单与建档立卡成员",
    "查明未在名单人员的原因：新增人口、分户、死亡、婚迁、参军、服刑、在外就学",
    "漏列的补入保障名单，已不在户内的更新建档立卡信息",
]
message = "该户整户享受农村低保，另有在册成员{left_out}人不在低保和特困供养名单内。{newborn}"
related = ["R14"]

[[example]]
case = "整户保漏一人：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1
dibao @P1 household_no=D1
"""
expect = ["H1 <- registry_household:1 registry_person:2 dibao:1"]

[[example]]
case = "单人保：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1
dibao @P1 household_no=D1 protection_mode=单人
"""
expect = []

[[example]]
case = "一案整户、一案单人：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1
registry_person @P3 #H1
dibao @P1 household_no=D1
dibao @P2 household_no=D2 protection_mode=单人
"""
expect = []

[[example]]
case = "没有写明整户还是单人：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1
dibao @P1 household_no=D1 protection_mode=NULL
"""
expect = []

[[example]]
case = "漏的是大学生：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1 student_status=大专及以上
dibao @P1 household_no=D1
"""
expect = []

[[example]]
case = "漏的是中学生：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1 student_status=七年级
dibao @P1 household_no=D1
"""
expect = ["H1"]

[[example]]
case = "漏的已死亡：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1 person_status=死亡
dibao @P1 household_no=D1
"""
expect = []

[[example]]
case = "另一人享受特困供养：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1
dibao @P1 household_no=D1
tekun @P2
"""
expect = []

[[example]]
case = "另一人享受城市低保：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1
dibao @P1 household_no=D1
dibao @P2 household_no=D2 category=城市
"""
expect = []

[[example]]
case = "整户保的是城市低保：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1
dibao @P1 household_no=D1 category=城市
"""
expect = []

[[example]]
case = "在保的成员已不在册：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 person_status=死亡
registry_person @P2 #H1
dibao @P1 household_no=D1
"""
expect = []

[[example]]
case = "漏的是新生儿、高职生、学籍在高校的、公安登记死亡的、参军服刑或在外省的：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1 birth_date=2018-09-20
registry_person @P3 #H1 student_status=高职二年级
registry_person @P4 #H1
student @P4 stage=高校
registry_person @P5 #H1
deceased @P5 death_date=2018-05-01
registry_person @P6 #H1
insurance @P6 status=暂停 stop_reason=参军
registry_person @P7 #H1 absence_reason=随父母在外省就读
dibao @P1 household_no=D1
"""
expect = []

[[example]]
case = "漏的孩子满90天、高校已毕业：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1 birth_date=2018-07-02
dibao @P1 household_no=D1
registry_household @P3 #H3
registry_person @P3 #H3
registry_person @P4 #H3
student @P4 stage=高校 status=毕业
dibao @P3 household_no=D3
"""
expect = ["H1", "H3"]

[[example]]
case = "刚登记、还没有证件号码的孩子：不列；证号有错、刚登记的学龄前儿童，看不出是不是刚出生：待确认，还漏了别人的照列；早就登记的：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1
registry_person @P2 #H1 birth_date=NULL id_number=NULL identified_date=2018-08-20
registry_household @P3 #H3
registry_person @P3 #H3
dibao @P3 household_no=D3
registry_person @P4 #H3 birth_date=NULL id_class=BADDATE18 id_number=410621251808140455 identified_date=2018-08-14 education=学龄前儿童
registry_household @P5 #H5
registry_person @P5 #H5
dibao @P5 household_no=D5
registry_person @P6 #H5 birth_date=NULL id_class=BADDATE18 id_number=410621251808140455 identified_date=2018-08-14 education=学龄前儿童
registry_person @P7 #H5
registry_household @P8 #H8
registry_person @P8 #H8
dibao @P8 household_no=D8
registry_person @P9 #H8 birth_date=NULL id_number=NULL identified_date=2016-08-20
"""
expect = ["H3 待确认", "H5", "H8"]
*/
WITH whole AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN dibao_rural d ON d.person_id = p.person_id
    WHERE d.protection_mode = '整户'
),
single AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN dibao_active d ON d.person_id = p.person_id
    WHERE d.protection_mode = '单人'
),
uncovered AS (
    SELECT p.household_no, p.record_id, CASE WHEN b.record_id IS NULL THEN 0 ELSE 1 END AS maybe_newborn
    FROM poor_person p
    ANTI JOIN dibao_active d ON d.person_id = p.person_id
    ANTI JOIN tekun_active t ON t.person_id = p.person_id
    ANTI JOIN dead_person x ON x.person_id = p.person_id
    ANTI JOIN college_student s ON s.person_id = p.person_id
    ANTI JOIN lives_elsewhere e ON e.person_id = p.person_id
    LEFT JOIN newborn_registered b ON b.record_id = p.record_id
    WHERE b.record_id IS NULL OR b.sure = 0
),
hit AS (
    SELECT u.household_no, COUNT(*) AS left_out, MIN(u.maybe_newborn) AS to_confirm
    FROM uncovered u
    GROUP BY u.household_no
),
evidence AS (
    SELECT h.household_no, h.record_id, 0 AS evidence_order
    FROM registry_household h
    UNION ALL
    SELECT u.household_no, u.record_id, 1 AS evidence_order
    FROM uncovered u
    UNION ALL
    SELECT p.household_no, d.record_id, 2 AS evidence_order
    FROM poor_person p
    JOIN dibao_active d ON d.person_id = p.person_id
)
SELECT
    h.household_id AS subject_id,
    v.record_id AS evidence,
    v.evidence_order AS evidence_order,
    n.left_out AS left_out,
    CASE WHEN n.to_confirm = 1 THEN '待确认：证件号码有错、本季度才登记的学龄前儿童，先核对出生日期，刚出生的不列。' ELSE '' END AS newborn,
    n.to_confirm AS to_confirm
FROM registry_household h
JOIN hit n ON n.household_no = h.household_no
JOIN whole w ON w.household_no = h.household_no
JOIN evidence v ON v.household_no = h.household_no
LEFT JOIN single s ON s.household_no = h.household_no
WHERE s.household_no IS NULL
