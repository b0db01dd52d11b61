/*
code = "R38"
title = "参保身份类别不符"
why = "参保登记的人员类别与低保、特困、建档立卡名单不一致，影响补贴和报销待遇。"
policy = { clause = "二(三)1", quote = "将贫困人口全部纳入城乡居民基本医疗保险" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S3"
subject = "person"
sources = ["registry_person", "dibao", "tekun", "insurance"]
optional_sources = ["registry_household", "deceased"]
absent_from = [
    { list = "dibao", of = "insurance", rows = "dibao_of_year" },
    { list = "tekun", of = "insurance", rows = "tekun_active" },
    { list = "registry_person", of = "insurance", rows = "poor_person" },
]
due_days = 60
advice = [
    "按特困、低保、残疾、建档立卡的优先次序核定参保类别",
    "在下一收缴期开始前更正",
]
message = "该人员按“{insured_category}”参保，{fact}。{doubt}"
related = ["R14", "R37"]

[[example]]
case = "建档立卡人员按普通居民参保：列为疑点"
given = """
registry_person @P1
insurance @P1 insured_category=普通居民
"""
expect = ["P1 <- insurance:1"]

[[example]]
case = "按低保、特困参保而不在名单：列为疑点"
given = """
insurance @P1 insured_category=农村低保
insurance @P2 insured_category=特困供养
dibao @P2 household_no=D2
tekun @P1
"""
expect = ["P1", "P2"]

[[example]]
case = "身份按特困、低保、残疾、建档立卡的次序只认一种：按次一等身份参保的列为疑点"
given = """
insurance @P1 insured_category=普通居民
tekun @P1
insurance @P2 insured_category=普通居民
dibao @P2 household_no=D2
insurance @P3 insured_category=重度残疾
dibao @P3 household_no=D3
insurance @P4 insured_category=农村低保
dibao @P4 household_no=D4
tekun @P4
insurance @P5 insured_category=特困供养
registry_person @P5
"""
expect = ["P1", "P2", "P3", "P4", "P5"]

[[example]]
case = "类别与名单一致：不列"
given = """
registry_person @P1
insurance @P1 insured_category=建档立卡贫困人口
dibao @P2 household_no=D2
insurance @P2 insured_category=农村低保
tekun @P3
insurance @P3 insured_category=特困供养
insurance @P4 insured_category=普通居民
insurance @P5 insured_category=重度残疾
registry_person @P5
registry_person @P6
insurance @P6 insured_category=建档立卡贫困人口
tekun @P6
registry_person @P7
insurance @P7 insured_category=建档立卡贫困人口
dibao @P7 household_no=D7
dibao @P8 household_no=D8 category=城市
insurance @P8 insured_category=城市低保
"""
expect = []

[[example]]
case = "上年度、已终止、职工医保：不列"
given = """
insurance @P1 insured_category=农村低保 year=2017
insurance @P2 insured_category=农村低保 status=终止
insurance @P3 insured_category=农村低保 scheme=职工
"""
expect = []

[[example]]
case = "已死亡或减少的登记：不列"
given = """
registry_person @P1 person_status=减少
insurance @P1 insured_category=普通居民
"""
expect = []

[[example]]
case = "类别未填、其他：列为疑点，不在任何名单的不列；计生特扶而是特困、低保的：列为疑点，只是建档立卡的不列"
given = """
registry_person @P1
insurance @P1 insured_category=NULL
registry_person @P2
insurance @P2 insured_category=其他
insurance @P3 insured_category=NULL
insurance @P4 insured_category=其他
dibao @P5 household_no=D5
insurance @P5 insured_category=计生特扶
registry_person @P6
insurance @P6 insured_category=计生特扶
"""
expect = ["P1", "P2", "P5"]

[[example]]
case = "没有建档立卡、只在低保（城乡）或特困名单，按建档立卡参保：列为疑点；哪份名单都不在（由R37列）：不列"
given = """
dibao @P1 household_no=D1
insurance @P1 insured_category=建档立卡贫困人口
dibao @P2 household_no=D2 category=城市
insurance @P2 insured_category=建档立卡贫困人口
tekun @P3
insurance @P3 insured_category=建档立卡贫困人口
dibao @P4 household_no=D4 start_month=201808
insurance @P4 insured_category=建档立卡贫困人口
insurance @P5 insured_category=建档立卡贫困人口
registry_person @P6 person_status=减少
dibao @P6 household_no=D6
insurance @P6 insured_category=建档立卡贫困人口
"""
expect = ["P1", "P2", "P3", "P4", "P6"]

[[example]]
case = "城市低保：按普通居民、农村低保参保的，按城市低保参保而不在城市低保名单的：列为疑点"
given = """
dibao @P1 household_no=D1 category=城市
insurance @P1 insured_category=普通居民
dibao @P2 household_no=D2 category=城市
insurance @P2 insured_category=农村低保
insurance @P3 insured_category=城市低保
dibao @P4 household_no=D4
insurance @P4 insured_category=城市低保
dibao @P5 household_no=D5 category=城市
tekun @P5
insurance @P5 insured_category=城市低保
dibao @P6 household_no=D6 category=城市
insurance @P6 insured_category=重度残疾
dibao @P7 household_no=D7 category=NULL
insurance @P7 insured_category=普通居民
"""
expect = ["P1", "P2", "P3", "P4", "P5", "P6", "P7"]

[[example]]
case = "身份在本年度收缴期后才有、收缴期后才没有的，来年才改：不列；收缴期前就有、就没有的：列为疑点"
given = """
registry_person @P1 identified_date=2018-01-01
insurance @P1 insured_category=普通居民
registry_person @P2 identified_date=2017-12-31
insurance @P2 insured_category=普通居民
dibao @P3 household_no=D3 start_month=201801
insurance @P3 insured_category=普通居民
dibao @P4 household_no=D4 start_month=201712
insurance @P4 insured_category=普通居民
tekun @P5 start_month=201801
insurance @P5 insured_category=普通居民
tekun @P6 start_month=201712
insurance @P6 insured_category=普通居民
dibao @P7 household_no=D7 stop_month=201801
insurance @P7 insured_category=农村低保
dibao @P8 household_no=D8 stop_month=201712
insurance @P8 insured_category=农村低保
dibao @P9 household_no=D9
tekun @P9 start_month=201803
insurance @P9 insured_category=农村低保
dibao @P10 household_no=D10 start_month=201803
insurance @P10 insured_category=农村低保
dibao @P11 household_no=D11 category=城市 stop_month=201804
insurance @P11 insured_category=城市低保
dibao @P12 household_no=D12 start_month=NULL
insurance @P12 insured_category=普通居民
tekun @P13 start_month=NULL
insurance @P13 insured_category=普通居民
dibao @P14 household_no=D14 start_month=201810
insurance @P14 insured_category=农村低保
tekun @P15 start_month=201803
insurance @P15 insured_category=特困供养
"""
expect = ["P2", "P4", "P6", "P8", "P12", "P13", "P14"]

[[example]]
case = "已脱贫不再享受政策的按普通居民参保、已去世的：不列"
given = """
registry_household @P1 #H1 exit_status=已脱贫(不再享受政策)
registry_person @P1 #H1
insurance @P1 insured_category=普通居民
registry_person @P2
deceased @P2 death_date=2018-03-01
insurance @P2 insured_category=普通居民
deceased @P3 death_date=2018-03-01
insurance @P3 insured_category=农村低保
"""
expect = []

[[example]]
case = "只是不在哪一份名单的才问那一份：名单里有记录很可能就是本人的待确认，与别的名单无关"
given = """
insurance @P1 insured_category=农村低保
dibao @P2 household_no=D2
near_miss source=dibao record_id=insurance:1 candidate=dibao:1
insurance @P3 insured_category=特困供养
tekun @P4
near_miss source=tekun record_id=insurance:2 candidate=tekun:1
registry_person @P5
insurance @P5 insured_category=普通居民
near_miss source=dibao record_id=insurance:3 candidate=dibao:1
dibao @P6 household_no=D6
insurance @P6 insured_category=建档立卡贫困人口
registry_person @P7
near_miss source=registry_person record_id=insurance:4 candidate=registry_person:2
insurance @P8 insured_category=农村低保
near_miss source=tekun record_id=insurance:5 candidate=tekun:1
"""
expect = [
    "P1 待确认 <- insurance:1 dibao:1",
    "P3 待确认 <- insurance:2 tekun:1",
    "P5 <- insurance:3",
    "P6 待确认 <- insurance:4 registry_person:2",
    "P8 <- insurance:5",
]

[[example]]
case = "出生不满90天的孩子随家庭按低保、特困参保，名单还没有增员：不列；正好90天、看不出出生日期的，在特困名单而按低保参保的：列为疑点"
given = """
insurance @P1 insured_category=农村低保 birth_date=2018-07-03
insurance @P2 insured_category=城市低保 birth_date=2018-09-19
insurance @P3 insured_category=特困供养 birth_date=2018-09-19
insurance @P4 insured_category=农村低保 birth_date=2018-07-02
insurance @P5 insured_category=农村低保 birth_date=NULL
insurance @P6 insured_category=农村低保 birth_date=2018-09-19
tekun @P6
insurance @P7 insured_category=城市低保 birth_date=2018-07-02
insurance @P8 insured_category=特困供养 birth_date=2018-07-02
insurance @P9 insured_category=城市低保 birth_date=2018-09-19
tekun @P9
"""
expect = ["P4", "P5", "P6", "P7", "P8", "P9"]

[[example]]
case = "说明其身份的名单都没有证件号码，只是姓名、住处相同：待确认；有一份有号码、是不在哪份名单的：照列"
given = """
registry_person @P1 id_class=EMPTY
insurance @P1 insured_category=普通居民
dibao @P2 household_no=D2 id_class=EMPTY
insurance @P2 insured_category=普通居民
tekun @P3 id_class=EMPTY
insurance @P3 insured_category=普通居民
registry_person @P4 id_class=EMPTY
dibao @P4 household_no=D4 id_class=VALID18
insurance @P4 insured_category=普通居民
registry_person @P5 id_class=VALID18
insurance @P5 insured_category=普通居民
registry_person @P6 id_class=EMPTY
insurance @P6 insured_category=农村低保
"""
expect = ["P1 待确认", "P2 待确认", "P3 待确认", "P4", "P5", "P6"]
*/
WITH resident AS (
    SELECT i.person_id, i.record_id, i.insured_category, CASE WHEN i.birth_date > q.newborn_date THEN 1 ELSE 0 END AS newborn
    FROM insurance i
    JOIN parameter q ON q.year = i.year
    ANTI JOIN dead_person x ON x.person_id = i.person_id
    WHERE i.status = '正常参保' AND i.scheme = '城乡居民'
),
-- The category was set when the premium was collected: it is right if it tells what was so then, or is so now.
rural AS (
    SELECT d.person_id FROM dibao_of_year d WHERE d.category = '农村'
),
urban AS (
    SELECT d.person_id FROM dibao_of_year d WHERE d.category = '城市'
),
supported AS (
    SELECT DISTINCT t.person_id FROM tekun_active t
),
registered AS (
    SELECT DISTINCT p.person_id FROM poor_person p
),
-- Whom every list that says what he is has without a number is known by name and place alone.
known AS (
    SELECT u.person_id, MIN(CASE WHEN u.id_class = 'EMPTY' THEN 1 ELSE 0 END) AS by_name
    FROM (
        SELECT p.person_id, p.id_class FROM poor_person p
        UNION ALL
        SELECT d.person_id, d.id_class FROM dibao d
        UNION ALL
        SELECT t.person_id, t.id_class FROM tekun t
    ) AS u
    GROUP BY u.person_id
),
found AS (
    SELECT
        i.person_id,
        i.record_id,
        COALESCE(i.insured_category, '未填') AS insured_category,
        CASE
            WHEN i.insured_category = '建档立卡贫困人口' THEN '实际不是建档立卡在册人员，在低保（特困供养）名单'
            WHEN s.priority = 1 THEN '实际是特困供养人员'
            WHEN i.insured_category = '特困供养' THEN '实际不在特困供养名单'
            WHEN s.priority = 2 THEN '实际在农村低保名单'
            WHEN s.priority = 3 THEN '实际在城市低保名单'
            WHEN i.insured_category = '农村低保' THEN '实际不在农村低保名单'
            WHEN i.insured_category = '城市低保' THEN '实际不在城市低保名单'
            ELSE '实际是建档立卡在册人员'
        END AS fact,
        CASE
            WHEN i.insured_category IN ('农村低保', '城市低保') AND (s.priority IS NULL OR s.priority = 4) THEN 'dibao'
            WHEN i.insured_category = '特困供养' THEN 'tekun'
            WHEN i.insured_category = '建档立卡贫困人口' THEN 'registry_person'
            ELSE ''
        END AS missing_from
    FROM resident i
    LEFT JOIN status_by_priority s ON s.person_id = i.person_id
    LEFT JOIN rural d ON d.person_id = i.person_id
    LEFT JOIN urban u ON u.person_id = i.person_id
    LEFT JOIN supported t ON t.person_id = i.person_id
    LEFT JOIN registered r ON r.person_id = i.person_id
    LEFT JOIN protected_person c ON c.person_id = i.person_id
    -- A child is insured as its family is and stands in the other lists some months later.
    WHERE ((i.insured_category IS NULL OR i.insured_category IN ('普通居民', '其他')) AND s.person_id IS NOT NULL)
        OR (i.insured_category IN ('重度残疾', '计生特扶') AND s.priority <= 3)
        OR (i.insured_category = '农村低保' AND ((d.person_id IS NULL AND i.newborn = 0) OR s.priority = 1))
        OR (i.insured_category = '城市低保' AND ((u.person_id IS NULL AND i.newborn = 0) OR s.priority = 1))
        OR (i.insured_category = '特困供养' AND t.person_id IS NULL AND i.newborn = 0)
        OR (i.insured_category = '建档立卡贫困人口' AND r.person_id IS NULL AND c.person_id IS NOT NULL)
),
judged AS (
    SELECT f.person_id, f.record_id, f.insured_category, f.fact, f.missing_from,
        CASE WHEN f.missing_from = '' AND k.by_name = 1 THEN '待确认：那份名单上没有其证件号码，只是姓名、住处相同，先核对是不是同一人。' ELSE '' END AS doubt
    FROM found f
    LEFT JOIN known k ON k.person_id = f.person_id
)
SELECT
    j.person_id AS subject_id,
    j.record_id AS evidence,
    j.insured_category AS insured_category,
    j.fact AS fact,
    j.missing_from AS missing_from,
    j.doubt AS doubt,
    CASE WHEN j.doubt = '' THEN 0 ELSE 1 END AS to_confirm
FROM judged j
