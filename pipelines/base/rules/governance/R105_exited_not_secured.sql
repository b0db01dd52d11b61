/*
code = "R105"
title = "脱贫户三保障未解决"
why = "已脱贫户收入、上学、看病、饮水任何一项不达标，都是脱贫质量问题。"
policy = { clause = "一(三)", quote = "稳定实现农村贫困人口不愁吃、不愁穿,义务教育、基本医疗和住房安全有保障" }
owner = "扶贫办"
severity = "S1"
subject = "household"
sources = ["registry_household", "registry_person", "insurance", "student"]
optional_sources = ["deceased", "tekun", "relocation"]
absent_from = [
    { list = "insurance", of = "registry_person", rows = "insured_or_excused", key = "insurance" },
    { list = "student", of = "registry_person", key = "school" },
]
due_days = 15
advice = [
    "入户逐项核对“两不愁三保障”",
    "确有缺口的落实政策；登记有误的更正",
]
message = "该户已脱贫，{gap}。{newborn}"
explained_by = ["R30/insurance", "R50/school"]
related = ["R14", "R30", "R50", "R86"]

[[example]]
case = "收入低于脱贫线、饮水不安全：列为疑点"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) per_capita_income_fen=320799
registry_household #H2 exit_status=已脱贫(不再享受政策) drinking_water_safe=0
registry_household #H3 exit_status=已脱贫(享受政策) drinking_water_difficult=1
"""
expect = ["H1/income <- registry_household:1", "H2/water <- registry_household:2", "H3/water <- registry_household:3"]

[[example]]
case = "儿童没有学籍、成员没有参保：列为疑点"
given = """
registry_household #H1 exit_status=已脱贫(享受政策)
registry_person @P1 #H1 birth_date=2008-05-01
"""
expect = ["H1/school <- registry_household:1 registry_person:1", "H1/insurance <- registry_household:1 registry_person:1"]

[[example]]
case = "样样达标：不列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) per_capita_income_fen=320800 drinking_water_safe=1 drinking_water_difficult=0
registry_person @P1 #H1 birth_date=2008-05-01
student @P1 stage=小学
insurance @P1
"""
expect = []

[[example]]
case = "未脱贫：不列"
given = """
registry_household #H1 per_capita_income_fen=100000
registry_person @P1 #H1
"""
expect = []

[[example]]
case = "休学、初中毕业：有学籍；辍学：列为疑点"
given = """
registry_household #H1 exit_status=已脱贫(享受政策)
registry_person @P1 #H1 birth_date=2008-05-01
student @P1 status=休学
insurance @P1
registry_person @P2 #H1 birth_date=2003-05-01
student @P2 stage=初中 status=毕业
insurance @P2
registry_household #H2 exit_status=已脱贫(享受政策)
registry_person @P3 #H2 birth_date=2008-05-01
student @P3 stage=初中 status=辍学
insurance @P3
registry_household #H3 exit_status=已脱贫(享受政策)
registry_person @P4 #H3 birth_date=2008-05-01
student @P4 stage=小学 status=毕业
insurance @P4
"""
expect = ["H2/school", "H3/school"]

[[example]]
case = "参保、学籍名单里有记录很可能就是成员本人：待确认；是户主的近似记录、是另一项的：照列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策)
registry_person @P1 #H1 birth_date=2008-05-01
insurance @P2
near_miss source=insurance record_id=registry_person:1 candidate=insurance:1
student @P3
near_miss source=student record_id=registry_person:1 candidate=student:1
registry_household @P4 #H4 exit_status=已脱贫(享受政策)
registry_person @P5 #H4
insurance @P6
near_miss source=insurance record_id=registry_household:2 candidate=insurance:2
near_miss source=student record_id=registry_person:2 candidate=student:1
"""
expect = [
    "H1/insurance 待确认 <- registry_household:1 registry_person:1 insurance:1",
    "H1/school 待确认 <- registry_household:1 registry_person:1 student:1",
    "H4/insurance <- registry_household:2 registry_person:2",
]

[[example]]
case = "脱贫标志未填而有脱贫年度：列为疑点，年度也未填：不列；饮水不安全而已易地搬迁入住、全户集中供养：不列"
given = """
registry_household #H1 household_no=H1 exit_status=NULL exit_year=2016 drinking_water_safe=0
registry_household #H2 household_no=H2 exit_status=NULL drinking_water_safe=0
registry_household #H3 household_no=H3 exit_status=已脱贫(享受政策) drinking_water_safe=0
registry_person @P3 #H3 household_no=H3
insurance @P3
relocation @P3 move_in_date=2018-01-01
registry_household #H4 household_no=H4 exit_status=已脱贫(享受政策) drinking_water_safe=0
registry_person @P4 #H4 household_no=H4
insurance @P4
tekun @P4 support_mode=集中
"""
expect = ["H1/water"]

[[example]]
case = "没有参保的只有证号有错、本季度才登记的学龄前儿童：待确认，同户另有孩子失学的，那一项照列；没有参保的还有别人：照列"
given = """
registry_household @P5 #H5 exit_status=已脱贫(享受政策)
registry_person @P5 #H5 birth_date=2008-05-01
insurance @P5
registry_person @P6 #H5 birth_date=NULL age=NULL id_class=BADDATE18 id_number=410621251808140455 identified_date=2018-08-14 education=学龄前儿童
registry_household @P1 #H1 exit_status=已脱贫(享受政策)
registry_person @P1 #H1
insurance @P1
registry_person @P2 #H1 birth_date=NULL age=NULL id_class=BADDATE18 id_number=410621251808140455 identified_date=2018-08-14 education=学龄前儿童
registry_household @P3 #H3 exit_status=已脱贫(享受政策)
registry_person @P3 #H3
registry_person @P4 #H3 birth_date=NULL age=NULL id_class=BADDATE18 id_number=410621251808140455 identified_date=2018-08-14 education=学龄前儿童
"""
expect = [
    "H5/insurance 待确认 <- registry_household:1 registry_person:2",
    "H5/school <- registry_household:1 registry_person:1",
    "H1/insurance 待确认 <- registry_household:2 registry_person:4",
    "H3/insurance <- registry_household:3 registry_person:5 registry_person:6",
]

[[example]]
case = "医保名单里很可能就是成员的那条记录写明参军：待确认；欠费停保：照列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策)
registry_person @P1 #H1
insurance @P2 status=终止 stop_reason=应征入伍
near_miss source=insurance record_id=registry_person:1 candidate=insurance:1
registry_household #H3 exit_status=已脱贫(享受政策)
registry_person @P3 #H3
insurance @P4 status=暂停 stop_reason=欠费
near_miss source=insurance record_id=registry_person:2 candidate=insurance:2
"""
expect = ["H1/insurance 待确认", "H3/insurance"]
*/
WITH lacking AS (
    SELECT c.household_no, c.record_id, 'school' AS rule_key, '有义务教育年龄儿童没有学籍' AS gap, 0 AS maybe_newborn
    FROM out_of_school c
    UNION ALL
    SELECT p.household_no, p.record_id, 'insurance' AS rule_key, '有成员没有参加基本医保' AS gap, p.maybe_newborn
    FROM must_insure p
    LEFT JOIN poor_cover i ON i.person_id = p.person_id
    WHERE i.person_id IS NULL
    UNION ALL
    SELECT h.household_no, h.record_id, 'income' AS rule_key, '人均纯收入低于脱贫线' AS gap, 0 AS maybe_newborn
    FROM registry_household h
    CROSS JOIN parameter q
    WHERE h.per_capita_income_fen < q.poverty_line_fen
    UNION ALL
    SELECT h.household_no, h.record_id, 'water' AS rule_key, '饮水困难或不安全' AS gap, 0 AS maybe_newborn
    FROM registry_household h
    LEFT JOIN housed_elsewhere c ON c.household_no = h.household_no
    WHERE c.household_no IS NULL AND (h.drinking_water_difficult = 1 OR h.drinking_water_safe = 0)
),
-- Whoever is surely no newborn makes the household's finding a certain one.
doubt AS (
    SELECT x.household_no, x.rule_key, MIN(x.maybe_newborn) AS to_confirm
    FROM lacking x
    GROUP BY x.household_no, x.rule_key
),
exited AS (
    SELECT h.household_no, h.household_id, h.record_id
    FROM registry_household h
    SEMI JOIN exited_household x ON x.household_no = h.household_no
),
shown AS (
    SELECT x.household_no, x.rule_key, x.record_id, x.gap, d.to_confirm,
        CASE WHEN d.to_confirm = 1 THEN '待确认：证件号码有错、本季度才登记的学龄前儿童，先核对出生日期，刚出生的不列。' ELSE '' END AS newborn
    FROM lacking x
    JOIN doubt d ON d.household_no = x.household_no AND d.rule_key = x.rule_key
)
SELECT e.household_id AS subject_id, x.rule_key AS rule_key, e.record_id AS evidence, 0 AS evidence_order, x.gap AS gap,
    x.newborn AS newborn, x.to_confirm AS to_confirm
FROM exited e
JOIN shown x ON x.household_no = e.household_no
UNION ALL
SELECT e.household_id AS subject_id, x.rule_key AS rule_key, x.record_id AS evidence, 1 AS evidence_order, x.gap AS gap,
    x.newborn AS newborn, x.to_confirm AS to_confirm
FROM exited e
JOIN shown x ON x.household_no = e.household_no
