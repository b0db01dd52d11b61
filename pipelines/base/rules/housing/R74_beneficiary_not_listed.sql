/*
code = "R74"
title = "危改对象身份不符"
why = "按建档立卡、低保、分散特困身份享受危房改造，名单里却没有这家人，对象认定可能有误。"
policy = { clause = "二(三)5", quote = "精准认定危房改造对象" }
owner = "住房和城乡建设局"
severity = "S1"
subject = "household"
sources = ["housing", "registry_person", "registry_household", "dibao", "tekun"]
absent_from = [
    { list = "registry_person" },
    { list = "dibao" },
    { list = "tekun" },
]
due_days = 15
advice = [
    "核对申报时的身份证明和当时的名单",
    "身份在计划年度后终止的注明；虚报的取消资格并追回补助",
]
message = "危房改造台账登记为“{poverty_type}”（计划年度{plan_year}），该户不在相应名单中。{doubt}"
related = ["R14"]

[[example]]
case = "三种身份都不在名单：列为疑点"
given = """
housing @P1 #H1 archive_no=A1 poverty_type=建档立卡贫困户
housing @P2 #H2 archive_no=A2 poverty_type=低保户
housing @P3 #H3 archive_no=A3 poverty_type=分散供养特困人员
"""
expect = ["H1/A1 <- housing:1", "H2/A2 <- housing:2", "H3/A3 <- housing:3"]

[[example]]
case = "户或本人在名单：不列"
given = """
housing @P1 #H1 poverty_type=建档立卡贫困户
registry_household @P9 #H1
housing @P2 #H2 poverty_type=建档立卡贫困户
registry_person @P2 #H8
housing @P3 #H3 poverty_type=低保户
dibao @P7 #H3
housing @P4 #H4 poverty_type=低保户
dibao @P4 #H7
housing @P5 #H5 poverty_type=分散供养特困人员
tekun @P5
"""
expect = []

[[example]]
case = "残疾人家庭、其他类型：不列"
given = """
housing @P1 #H1 poverty_type=贫困残疾人家庭
housing @P2 #H2 poverty_type=其他
"""
expect = []

[[example]]
case = "以前的低保、已减少的登记也算：不列"
given = """
housing @P1 #H1 poverty_type=低保户
dibao @P1 #H1 stop_month=201701
housing @P2 #H2 poverty_type=建档立卡贫困户
registry_person @P2 #H2 person_status=减少
"""
expect = []

[[example]]
case = "多年以前的档案，当时的低保、特困名单已不在：不列；上年的：列为疑点；按分散供养申报而集中供养：列为疑点"
given = """
housing @P1 #H1 archive_no=A1 plan_year=2014 poverty_type=低保户
housing @P2 #H2 archive_no=A2 plan_year=2016 poverty_type=分散供养特困人员
housing @P3 #H3 archive_no=A3 plan_year=2017 poverty_type=低保户
housing @P4 #H4 archive_no=A4 plan_year=2017 poverty_type=分散供养特困人员
housing @P5 #H5 archive_no=A5 plan_year=2018 poverty_type=分散供养特困人员
tekun @P5 support_mode=集中
housing @P6 #H6 archive_no=A6 plan_year=2018 poverty_type=分散供养特困人员
tekun @P6 support_mode=NULL
"""
expect = ["H3/A3", "H4/A4", "H5/A5"]

[[example]]
case = "申报的那份名单里有记录很可能就是本人：待确认；别的名单里的不相干"
given = """
housing @P1 #H1 archive_no=A1 plan_year=2018 poverty_type=低保户
dibao @P2 #H2
near_miss source=dibao record_id=housing:1 candidate=dibao:1
housing @P3 #H3 archive_no=A3 plan_year=2018 poverty_type=低保户
registry_person @P4 #H4
near_miss source=registry_person record_id=housing:2 candidate=registry_person:1
housing @P5 #H5 archive_no=A5 plan_year=2018 poverty_type=建档立卡贫困户
near_miss source=registry_person record_id=housing:3 candidate=registry_person:1
housing @P6 #H6 archive_no=A6 plan_year=2018 poverty_type=分散供养特困人员
tekun @P7 #H7
near_miss source=tekun record_id=housing:4 candidate=tekun:1
housing @P8 #H8 archive_no=A8 plan_year=2018 poverty_type=分散供养特困人员
near_miss source=dibao record_id=housing:5 candidate=dibao:1
"""
expect = [
    "H1/A1 待确认 <- housing:1 dibao:1",
    "H3/A3 <- housing:2",
    "H5/A5 待确认 <- housing:3 registry_person:1",
    "H6/A6 待确认 <- housing:4 tekun:1",
    "H8/A8 <- housing:5",
]

[[example]]
case = "台账没有户主证件号码，申报的那份名单里有姓名、住处相近的人：待确认；相差太远、有证件号码、相近的在别的名单：照列"
given = """
housing @P1 #H1 archive_no=A1 poverty_type=建档立卡贫困户
registry_person @P2 #H2
near_miss source=registry_person record_id=housing:1 candidate=registry_person:1 likely=0 score=-4000
housing @P3 #H3 archive_no=A3 poverty_type=建档立卡贫困户
registry_person @P4 #H4
near_miss source=registry_person record_id=housing:2 candidate=registry_person:2 likely=0 score=-4001
housing @P5 #H5 archive_no=A5 poverty_type=建档立卡贫困户 head_id_number=410621197001011234
registry_person @P6 #H6
near_miss source=registry_person record_id=housing:3 candidate=registry_person:3 likely=0 score=-1000
housing @P7 #H7 archive_no=A7 plan_year=2018 poverty_type=低保户
registry_person @P8 #H8
near_miss source=registry_person record_id=housing:4 candidate=registry_person:4 likely=0 score=-1000
"""
expect = ["H1/A1 待确认 <- housing:1 registry_person:1", "H3/A3 <- housing:2 registry_person:2", "H5/A5 <- housing:3 registry_person:3", "H7/A7 <- housing:4"]
*/
WITH poor_home AS (
    SELECT DISTINCT h.household_id FROM registry_household h
),
poor_person_any AS (
    SELECT DISTINCT p.person_id FROM registry_person p
),
dibao_home AS (
    SELECT DISTINCT d.household_id FROM dibao d
),
dibao_person AS (
    SELECT DISTINCT d.person_id FROM dibao d
),
tekun_person AS (
    -- In an institution nobody rebuilds a house as one supported at home.
    SELECT DISTINCT t.person_id FROM tekun t WHERE t.support_mode IS NULL OR t.support_mode <> '集中'
),
-- Of whom the ledger has no number only name and village are known: somebody like him in the list may be he.
alike AS (
    SELECT n.record_id, n.source
    FROM near_miss n
    CROSS JOIN parameter q
    WHERE n.likely = 0 AND n.score >= q.name_only_score
),
claim AS (
    SELECT o.record_id, o.person_id, o.household_id, o.archive_no, o.poverty_type, o.plan_year, o.head_id_number,
        CASE o.poverty_type WHEN '建档立卡贫困户' THEN 'registry_person' WHEN '低保户' THEN 'dibao' ELSE 'tekun' END AS list
    FROM housing o
)
SELECT o.household_id AS subject_id, o.archive_no AS rule_key, o.record_id AS evidence, o.poverty_type AS poverty_type, o.plan_year AS plan_year,
    o.list AS missing_from,
    CASE WHEN k.record_id IS NULL OR o.head_id_number IS NOT NULL THEN '' ELSE '待确认：台账上没有户主的证件号码，名单上有姓名、住处相近的人，先核对是不是本人。' END AS doubt,
    CASE WHEN k.record_id IS NULL OR o.head_id_number IS NOT NULL THEN 0 ELSE 1 END AS to_confirm
FROM claim o
CROSS JOIN parameter q
LEFT JOIN alike k ON k.record_id = o.record_id AND k.source = o.list
LEFT JOIN poor_home a ON a.household_id = o.household_id
LEFT JOIN poor_person_any b ON b.person_id = o.person_id
LEFT JOIN dibao_home c ON c.household_id = o.household_id
LEFT JOIN dibao_person d ON d.person_id = o.person_id
LEFT JOIN tekun_person t ON t.person_id = o.person_id
WHERE (o.poverty_type = '建档立卡贫困户' AND a.household_id IS NULL AND b.person_id IS NULL)
    -- The lists of dibao and tekun hold who is on them now: of old plans they tell nothing.
    OR (o.poverty_type = '低保户' AND c.household_id IS NULL AND d.person_id IS NULL
        AND (o.plan_year IS NULL OR o.plan_year >= q.year - q.beneficiary_check_years))
    OR (o.poverty_type = '分散供养特困人员' AND t.person_id IS NULL
        AND (o.plan_year IS NULL OR o.plan_year >= q.year - q.beneficiary_check_years))
