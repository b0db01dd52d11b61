/*
code = "R13"
title = "户成员不一致（拆户/分户/漏人）"
why = "同一家庭的低保名单里有人不在建档立卡户内，可能拆户、分户或漏人。"
policy = { clause = "二(一)2", quote = "实现低保对象动态管理与建档立卡贫困人口识别的精准衔接" }
owner = "乡镇人民政府"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person", "dibao"]
optional_sources = ["student", "deceased", "insurance"]
absent_from = [{ list = "registry_person", of = "dibao" }]
due_days = 60
advice = [
    "对照户口簿和共同生活情况，核实拆户、分户、婚迁、新增",
    "两边成员按共同生活的原则统一",
]
message = "与该户同一低保家庭的成员中，有{extra}人不在该建档立卡户内。{unknown}"
related = ["R14"]

[[example]]
case = "低保成员不在建档立卡户内：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1
dibao @P2 household_no=D1 relation=配偶
"""
expect = ["H1 <- registry_household:1 dibao:2"]

[[example]]
case = "低保成员登记在另一户：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H2
dibao @P1 household_no=D1
dibao @P2 household_no=D1
registry_household @P2 #H2
"""
expect = ["H1", "H2"]

[[example]]
case = "低保成员在本户登记（已减少）：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1 person_status=减少
dibao @P1 household_no=D1
dibao @P2 household_no=D1
"""
expect = []

[[example]]
case = "单人保、城市低保：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1 protection_mode=单人
dibao @P2 household_no=D1 protection_mode=单人
registry_household @P3 #H3
registry_person @P3 #H3
dibao @P3 household_no=D3 category=城市
dibao @P4 household_no=D3 category=城市
"""
expect = []

[[example]]
case = "编号或县不同的低保家庭：不混在一起"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1
dibao @P2 household_no=D2
dibao @P3 household_no=D1 county_code=410622
"""
expect = []

[[example]]
case = "低保成员在外读大学：不列；高中生、已毕业：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1
dibao @P2 household_no=D1
student @P2 stage=高校
registry_household @P3 #H3
registry_person @P3 #H3
dibao @P3 household_no=D3
dibao @P4 household_no=D3 relation=之子 birth_date=2001-03-05
student @P4 stage=普通高中
registry_household @P5 #H5
registry_person @P5 #H5
dibao @P5 household_no=D5
dibao @P6 household_no=D5 relation=之子 birth_date=1996-03-05
student @P6 stage=高校 status=毕业
"""
expect = ["H3", "H5"]

[[example]]
case = "低保已加今年出生的孩子而建档立卡等年底窗口、参军或在外省的、高职生、已登记死亡的：不列；去年出生的：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1
dibao @P2 household_no=D1 birth_date=2018-03-20
dibao @P3 household_no=D1
insurance @P3 status=暂停 stop_reason=参军
dibao @P4 household_no=D1
registry_person @P4 #H9 student_status=高职一年级
dibao @P5 household_no=D1
deceased @P5 death_date=2018-05-01
registry_household @P6 #H6
registry_person @P6 #H6
dibao @P6 household_no=D6
dibao @P7 household_no=D6 birth_date=2017-12-31
"""
expect = ["H6"]

[[example]]
case = "年底窗口已过：出生满90天的列为疑点，不满的不列"
given = """
parameter registry_window_date=2018-12-31 newborn_date=2018-10-02
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1
dibao @P2 household_no=D1 birth_date=2018-10-03
registry_household @P3 #H3
registry_person @P3 #H3
dibao @P3 household_no=D3
dibao @P4 household_no=D3 birth_date=2018-10-02
"""
expect = ["H3"]

[[example]]
case = "不在户内的低保成员看不出出生日期，可能是今年出生的孩子：待确认，关系没有填写的也一样；还有看得出的别人、是大人、登记在别的建档户：照列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1
dibao @P2 household_no=D1 relation=之孙女
registry_household @P3 #H3
registry_person @P3 #H3
dibao @P3 household_no=D3
dibao @P4 household_no=D3 relation=之子
dibao @P5 household_no=D3 relation=之子 birth_date=1990-01-01
registry_household @P6 #H6
registry_person @P6 #H6
dibao @P6 household_no=D6
dibao @P7 household_no=D6 relation=配偶
registry_household @P8 #H8
registry_person @P8 #H8
dibao @P8 household_no=D8
dibao @P9 household_no=D8 relation=之女
registry_person @P9 #H10
registry_household @P11 #H11
registry_person @P11 #H11
dibao @P11 household_no=D11
dibao @P12 household_no=D11
"""
expect = ["H1 待确认", "H3", "H6", "H8", "H11 待确认"]
*/
WITH joined AS (
    SELECT DISTINCT d.county_code, d.household_no AS dibao_no, p.household_no
    FROM dibao_rural d
    JOIN poor_person p ON p.person_id = d.person_id
    WHERE d.protection_mode = '整户'
),
member AS (
    SELECT j.household_no, d.person_id, d.record_id, d.birth_date, d.relation
    FROM joined j
    JOIN dibao_rural d ON d.county_code = j.county_code AND d.household_no = j.dibao_no
),
-- Studying or living elsewhere is no split of the household.
away AS (
    SELECT c.person_id FROM college_student c
    UNION
    SELECT e.person_id FROM lives_elsewhere e
    UNION
    SELECT x.person_id FROM dead_person x
),
outside AS (
    SELECT m.household_no, m.record_id,
        CASE
            WHEN m.birth_date IS NULL AND g.person_id IS NULL
                AND (m.relation IS NULL OR m.relation IN ('之子', '之女', '之孙子', '之孙女', '之外孙子', '之外孙女', '其他')) THEN 1
            ELSE 0
        END AS maybe_newborn
    FROM member m
    LEFT JOIN registry_person p ON p.person_id = m.person_id AND p.household_no = m.household_no
    LEFT JOIN (SELECT DISTINCT r.person_id FROM registry_person r) AS g ON g.person_id = m.person_id
    LEFT JOIN away a ON a.person_id = m.person_id
    CROSS JOIN parameter q
    -- A child waits for the yearly window of the registry. Of a child without a birth date nobody can tell
    -- whether it is such a one.
    WHERE p.person_id IS NULL AND a.person_id IS NULL
        AND (m.birth_date IS NULL OR (m.birth_date <= q.newborn_date AND m.birth_date <= q.registry_window_date))
),
counted AS (
    SELECT o.household_no, COUNT(*) AS extra, MIN(o.maybe_newborn) AS to_confirm
    FROM outside o
    GROUP BY o.household_no
)
SELECT h.household_id AS subject_id, h.record_id AS evidence, 0 AS evidence_order, c.extra AS extra,
    CASE WHEN c.to_confirm = 1 THEN '待确认：低保名单上看不出这个孩子的出生日期，先核对是不是今年出生、等年底登记的。' ELSE '' END AS unknown,
    c.to_confirm AS to_confirm
FROM registry_household h
JOIN counted c ON c.household_no = h.household_no
UNION ALL
SELECT h.household_id AS subject_id, o.record_id AS evidence, 1 AS evidence_order, c.extra AS extra,
    CASE WHEN c.to_confirm = 1 THEN '待确认：低保名单上看不出这个孩子的出生日期，先核对是不是今年出生、等年底登记的。' ELSE '' END AS unknown,
    c.to_confirm AS to_confirm
FROM registry_household h
JOIN outside o ON o.household_no = h.household_no
JOIN counted c ON c.household_no = h.household_no
