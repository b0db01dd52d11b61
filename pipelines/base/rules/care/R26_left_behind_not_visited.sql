/*
code = "R26"
title = "三留守未建台账/探访超期"
why = "家人长期外出的贫困家庭儿童、老人和妇女要建立台账、定期探访。"
policy = { clause = "二(一)2", quote = "加快建立贫困家庭“三留守”关爱服务体系" }
owner = "民政局"
severity = "S3"
subject = "person"
sources = ["registry_person", "left_behind"]
optional_sources = ["deceased", "insurance", "registry_household", "tekun"]
absent_from = [{ list = "left_behind", key = "register" }]
due_days = 30
advice = [
    "登记三留守台账，落实监护照料人",
    "安排探访并记录",
]
message = "{who}：{absent}长年外出务工，{lacking}。"
related = ["R14"]

[[example]]
case = "没有台账；探访超期"
given = """
registry_person @P1 #H1 household_no=H1 age=10
registry_person @P2 #H1 household_no=H1 age=40 work_months=6
registry_person @P3 #H3 household_no=H3 age=60
registry_person @P4 #H3 household_no=H3 age=16 work_months=12
left_behind @P3 last_visit=2018-07-01
registry_person @P5 #H3 household_no=H3 age=15
left_behind @P5
"""
expect = ["P1/register <- registry_person:1", "P3/visit <- registry_person:3 left_behind:1", "P5/visit <- registry_person:5 left_behind:2"]

[[example]]
case = "及时探访、家中有劳动力在家、全家老小：不列"
given = """
registry_person @P1 #H1 household_no=H1 age=10
registry_person @P2 #H1 household_no=H1 age=40 work_months=12
left_behind @P1 last_visit=2018-07-02
registry_person @P3 #H3 household_no=H3 age=10
registry_person @P4 #H3 household_no=H3 age=40 work_months=12
registry_person @P5 #H3 household_no=H3 age=59 work_months=5
registry_person @P6 #H6 household_no=H6 age=70
registry_person @P7 #H7 household_no=H7 age=10
registry_person @P8 #H7 household_no=H7 age=30
"""
expect = []

[[example]]
case = "16至59岁的人：不列"
given = """
registry_person @P1 #H1 household_no=H1 age=30 work_months=8
registry_person @P2 #H1 household_no=H1 age=59 work_months=8
"""
expect = []

[[example]]
case = "丈夫外出、妻子在家：没有台账的列为疑点；只是儿子外出的户主、成年女儿、自己也外出、家中另有男劳力在家、没有男劳力、19岁、不再享受政策、已建台账并探访：不列"
given = """
registry_person @P1 #H1 household_no=H1 age=35 sex=女 work_months=0
registry_person @P2 #H1 household_no=H1 age=37 sex=男 work_months=12
registry_person @P3 #H1 household_no=H1 age=5
registry_person @P5 #H5 household_no=H5 age=35 sex=女 work_months=6
registry_person @P6 #H5 household_no=H5 age=37 sex=男 work_months=12
registry_person @P7 #H7 household_no=H7 age=35 sex=女
registry_person @P8 #H7 household_no=H7 age=37 sex=男 work_months=12
registry_person @P9 #H7 household_no=H7 age=30 sex=男 work_months=5
registry_person @P10 #H10 household_no=H10 age=35 sex=女
registry_person @P11 #H10 household_no=H10 age=37 sex=女 work_months=12
registry_person @P12 #H12 household_no=H12 age=19 sex=女 relation=配偶
registry_person @P13 #H12 household_no=H12 age=37 sex=男 work_months=12 relation=本人或户主
registry_person @P14 #H14 household_no=H14 age=59 sex=女 relation=本人或户主
registry_person @P15 #H14 household_no=H14 age=59 sex=男 work_months=6 relation=配偶
registry_person @P16 #H16 household_no=H16 age=40 sex=女 relation=本人或户主
registry_person @P17 #H16 household_no=H16 age=20 sex=男 work_months=12 relation=之子
registry_person @P18 #H16 household_no=H16 age=30 sex=女 relation=之儿媳
registry_person @P19 #H16 household_no=H16 age=20 sex=女 relation=之女
registry_household @P20 #H20 household_no=H20 exit_status=已脱贫(不再享受政策)
registry_person @P20 #H20 household_no=H20 age=35 sex=女 relation=配偶
registry_person @P21 #H20 household_no=H20 age=37 sex=男 work_months=12 relation=本人或户主
registry_person @P22 #H22 household_no=H22 age=35 sex=女 relation=配偶
registry_person @P23 #H22 household_no=H22 age=37 sex=男 work_months=12 relation=本人或户主
left_behind @P22 last_visit=2018-09-01
registry_person @P24 #H24 household_no=H24 age=35 sex=女 relation=配偶
registry_person @P25 #H24 household_no=H24 age=37 sex=男 work_months=12 relation=本人或户主
"""
expect = ["P1/register", "P14/register", "P18/register", "P24/register"]

[[example]]
case = "家中另有年龄不明的人（可能在家）、老人住在供养机构：不列；分散供养的老人：列为疑点"
given = """
registry_person @P1 #H1 household_no=H1 age=10
registry_person @P2 #H1 household_no=H1 age=40 work_months=12
registry_person @P3 #H1 household_no=H1 age=NULL
registry_person @P4 #H4 household_no=H4 age=70
registry_person @P5 #H4 household_no=H4 age=40 work_months=12
tekun @P4 support_mode=集中
registry_person @P6 #H6 household_no=H6 age=70
registry_person @P7 #H6 household_no=H6 age=40 work_months=12
tekun @P6 support_mode=分散
registry_person @P8 #H8 household_no=H8 age=35 sex=女
registry_person @P9 #H8 household_no=H8 age=37 sex=男 work_months=12
registry_person @P10 #H8 household_no=H8 age=NULL sex=男
"""
expect = ["P6/register"]

[[example]]
case = "留守妇女只指外出者的妻子：户主在家而儿子外出的户主配偶、户主外出的成年女儿、丈夫外出的女户主的女儿、丧夫的儿媳、性别不明的：不列；家中有外出的妻子、幼儿，关系只有一方填写的：列为疑点"
given = """
registry_person @P1 #H1 household_no=H1 age=50 sex=女 relation=配偶
registry_person @P2 #H1 household_no=H1 age=62 sex=男 relation=本人或户主
registry_person @P3 #H1 household_no=H1 age=30 sex=男 relation=之子 work_months=12
registry_person @P4 #H4 household_no=H4 age=30 sex=女 relation=之女
registry_person @P5 #H4 household_no=H4 age=55 sex=男 relation=本人或户主 work_months=12
registry_person @P6 #H6 household_no=H6 age=30 sex=女 relation=之女
registry_person @P7 #H6 household_no=H6 age=55 sex=男 relation=配偶 work_months=12
registry_person @P8 #H8 household_no=H8 age=30 sex=女 relation=之儿媳
registry_person @P9 #H8 household_no=H8 age=55 sex=男 relation=本人或户主 work_months=12
registry_person @P10 #H10 household_no=H10 age=30 sex=NULL relation=配偶
registry_person @P11 #H10 household_no=H10 age=35 sex=男 relation=本人或户主 work_months=12
registry_person @P12 #H12 household_no=H12 age=30 sex=女
registry_person @P13 #H12 household_no=H12 age=35 sex=男 relation=本人或户主 work_months=12
registry_person @P14 #H12 household_no=H12 age=5 sex=男
registry_person @P15 #H15 household_no=H15 age=30 sex=女 relation=配偶
registry_person @P16 #H15 household_no=H15 age=35 sex=男 work_months=12
registry_household #H17 household_no=H17 exit_status=已脱贫(不再享受政策)
registry_person @P17 #H17 household_no=H17 age=10
registry_person @P18 #H17 household_no=H17 age=40 work_months=12
"""
expect = ["P12/register", "P15/register"]

[[example]]
case = "务工地点在县内、本乡镇、本村（天天回家）：不是外出，不列；在县外、市内、省外、没有填写：列为疑点"
given = """
registry_person @P1 #H1 household_no=H1 age=10
registry_person @P2 #H1 household_no=H1 age=40 work_months=12 work_place=县内
registry_person @P3 #H3 household_no=H3 age=10
registry_person @P4 #H3 household_no=H3 age=40 work_months=12 work_place=乡(镇)内
registry_person @P5 #H5 household_no=H5 age=10
registry_person @P6 #H5 household_no=H5 age=40 work_months=12 work_place=乡(镇)外县内
registry_person @P7 #H7 household_no=H7 age=10
registry_person @P8 #H7 household_no=H7 age=40 work_months=12 work_place=本村
registry_person @P9 #H9 household_no=H9 age=10
registry_person @P10 #H9 household_no=H9 age=40 work_months=12 work_place=县外省内
registry_person @P11 #H11 household_no=H11 age=10
registry_person @P12 #H11 household_no=H11 age=40 work_months=12 work_place=市内
registry_person @P13 #H13 household_no=H13 age=10
registry_person @P14 #H13 household_no=H13 age=40 work_months=12 work_place=省外
registry_person @P15 #H15 household_no=H15 age=10
registry_person @P16 #H15 household_no=H15 age=40 work_months=12
registry_person @P17 #H17 household_no=H17 age=10
registry_person @P18 #H17 household_no=H17 age=40 work_months=12 work_place=本县以外
"""
expect = ["P9/register", "P11/register", "P13/register", "P15/register", "P17/register"]

[[example]]
case = "各县对本县、本乡、本村的写法：不列；别的县的县城：列为疑点"
given = """
registry_person @P1 #H1 household_no=H1 age=10
registry_person @P2 #H1 household_no=H1 age=40 work_months=12 work_place=县内
registry_person @P3 #H3 household_no=H3 age=10
registry_person @P4 #H3 household_no=H3 age=40 work_months=12 work_place=乡内
registry_person @P5 #H5 household_no=H5 age=10
registry_person @P6 #H5 household_no=H5 age=40 work_months=12 work_place=镇内
registry_person @P7 #H7 household_no=H7 age=10
registry_person @P8 #H7 household_no=H7 age=40 work_months=12 work_place=村内
registry_person @P9 #H9 household_no=H9 age=10
registry_person @P10 #H9 household_no=H9 age=40 work_months=12 work_place=乡(镇)内
registry_person @P11 #H11 household_no=H11 age=10
registry_person @P12 #H11 household_no=H11 age=40 work_months=12 work_place=乡（镇）内
registry_person @P13 #H13 household_no=H13 age=10
registry_person @P14 #H13 household_no=H13 age=40 work_months=12 work_place=县(区)内
registry_person @P15 #H15 household_no=H15 age=10
registry_person @P16 #H15 household_no=H15 age=40 work_months=12 work_place=县（市、区）内
registry_person @P17 #H17 household_no=H17 age=10
registry_person @P18 #H17 household_no=H17 age=40 work_months=12 work_place=本县
registry_person @P19 #H19 household_no=H19 age=10
registry_person @P20 #H19 household_no=H19 age=40 work_months=12 work_place=本区
registry_person @P21 #H21 household_no=H21 age=10
registry_person @P22 #H21 household_no=H21 age=40 work_months=12 work_place=本乡
registry_person @P23 #H23 household_no=H23 age=10
registry_person @P24 #H23 household_no=H23 age=40 work_months=12 work_place=本镇
registry_person @P25 #H25 household_no=H25 age=10
registry_person @P26 #H25 household_no=H25 age=40 work_months=12 work_place=本村
registry_person @P27 #H27 household_no=H27 age=10
registry_person @P28 #H27 household_no=H27 age=40 work_months=12 work_place=本地
registry_person @P29 #H29 household_no=H29 age=10
registry_person @P30 #H29 household_no=H29 age=40 work_months=12 work_place=县城
registry_person @P31 #H31 household_no=H31 age=10
registry_person @P32 #H31 household_no=H31 age=40 work_months=12 work_place=就近务工
registry_person @P33 #H33 household_no=H33 age=10
registry_person @P34 #H33 household_no=H33 age=40 work_months=12 work_place=滑县县城
registry_person @P35 #H35 household_no=H35 age=10
registry_person @P36 #H35 household_no=H35 age=40 work_months=12 work_place=不就近
"""
expect = ["P33/register", "P35/register"]

[[example]]
case = "妻子在县内上班、丈夫在省外：列为留守妇女；丈夫在县内：不列；两人都在外、只有妻子登记县内的家里孩子：不列"
given = """
registry_person @P1 #H1 household_no=H1 age=35 sex=女 relation=配偶 work_months=12 work_place=县内
registry_person @P2 #H1 household_no=H1 age=37 sex=男 relation=本人或户主 work_months=12 work_place=省外
registry_person @P3 #H3 household_no=H3 age=35 sex=女 relation=配偶
registry_person @P4 #H3 household_no=H3 age=37 sex=男 relation=本人或户主 work_months=12 work_place=本乡
registry_person @P5 #H1 household_no=H1 age=10
"""
expect = ["P1/register"]

[[example]]
case = "本季度才识别的：不列"
given = """
registry_person @P1 #H1 household_no=H1 age=10 identified_date=2018-07-01
registry_person @P2 #H1 household_no=H1 age=40 work_months=6 identified_date=2018-07-01
registry_person @P3 #H3 household_no=H3 age=60 identified_date=2018-07-01
registry_person @P4 #H3 household_no=H3 age=16 work_months=12 identified_date=2018-07-01
left_behind @P3 last_visit=2018-07-01
registry_person @P5 #H3 household_no=H3 age=15 identified_date=2018-07-01
left_behind @P5
"""
expect = []
*/
-- Whoever works in the county is home at night.
WITH away AS (
    SELECT p.record_id
    FROM poor_person p
    CROSS JOIN parameter q
    ANTI JOIN works_nearby n ON n.record_id = p.record_id
    WHERE p.work_months >= q.long_work_months
),
home AS (
    SELECT
        p.household_no, COUNT(*) AS adults,
        SUM(CASE WHEN a.record_id IS NULL THEN 0 ELSE 1 END) AS away
    FROM poor_person p
    CROSS JOIN parameter q
    LEFT JOIN away a ON a.record_id = p.record_id
    WHERE p.age IS NULL OR p.age BETWEEN q.labour_age_from AND q.labour_age_to
    GROUP BY p.household_no
),
men AS (
    SELECT
        p.household_no, COUNT(*) AS adults,
        SUM(CASE WHEN a.record_id IS NULL THEN 0 ELSE 1 END) AS away
    FROM poor_person p
    CROSS JOIN parameter q
    LEFT JOIN away a ON a.record_id = p.record_id
    WHERE p.sex = '男' AND (p.age IS NULL OR p.age BETWEEN q.labour_age_from AND q.labour_age_to)
    GROUP BY p.household_no
),
alone AS (
    SELECT p.person_id, p.record_id, CASE WHEN p.age < q.labour_age_from THEN '留守儿童' ELSE '留守老人' END AS who,
        '家中劳动力都' AS absent
    FROM poor_person p
    SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
    CROSS JOIN parameter q
    JOIN home h ON h.household_no = p.household_no
    LEFT JOIN tekun_active t ON t.person_id = p.person_id
    WHERE (t.support_mode IS NULL OR t.support_mode <> '集中') AND h.away = h.adults AND (p.age < q.labour_age_from OR p.age > q.labour_age_to)
    UNION ALL
    -- A wife whose husband works away; grown daughters are not meant.
    SELECT p.person_id, p.record_id, '留守妇女' AS who,
        -- Whoever works away is called her husband where lists say that he is.
        CASE WHEN k.sex = '男' AND p.relation IS NOT NULL AND k.relation IS NOT NULL THEN '丈夫'
            WHEN k.sex = '男' THEN '家中男劳动力' ELSE '家中劳动力' END AS absent
    FROM poor_person p
    SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
    CROSS JOIN parameter q
    JOIN men m ON m.household_no = p.household_no
    JOIN poor_person k ON k.household_no = p.household_no
    SEMI JOIN away x ON x.record_id = k.record_id
    ANTI JOIN away y ON y.record_id = p.record_id
    WHERE m.away = m.adults AND p.sex = '女' AND p.age BETWEEN q.marriage_age_from AND q.labour_age_to
        AND (p.relation IS NULL OR k.relation IS NULL
            OR (p.relation = '配偶' AND k.relation = '本人或户主')
            OR (p.relation = '本人或户主' AND k.relation = '配偶')
            OR (p.relation = '之儿媳' AND k.relation = '之子'))
)
SELECT a.person_id AS subject_id, 'register' AS rule_key, a.record_id AS evidence, a.who AS who, a.absent AS absent, '没有三留守台账' AS lacking
FROM alone a
LEFT JOIN left_behind b ON b.person_id = a.person_id
WHERE b.person_id IS NULL
UNION ALL
SELECT
    a.person_id AS subject_id, 'visit' AS rule_key, a.record_id || ';' || b.record_id AS evidence, a.who AS who, a.absent AS absent, '最近一次探访超过期限' AS lacking
FROM alone a
JOIN left_behind b ON b.person_id = a.person_id
CROSS JOIN parameter q
WHERE (b.last_visit IS NULL OR b.last_visit < q.visit_due_date)
