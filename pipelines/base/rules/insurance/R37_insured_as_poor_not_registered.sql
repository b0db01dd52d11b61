/*
code = "R37"
title = "享受资助参保但未建档（错补）"
why = "按建档立卡身份参保享受了缴费补贴，却不是建档立卡、农村低保或特困供养对象，补贴可能错发，也可能漏登建档。"
policy = { clause = "二(三)1", quote = "落实贫困人口参加城乡居民基本医疗保险个人缴费财政补贴政策" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S1"
subject = "person"
sources = ["insurance", "registry_person", "dibao", "tekun"]
absent_from = [
    { list = "registry_person", rows = "poor_person" },
    { list = "dibao", rows = "protected_person" },
    { list = "tekun", rows = "protected_person" },
]
due_days = 15
advice = [
    "核对参保登记时的身份证明，查是否用了旧名单或他人证号",
    "已清退、已迁出或已死亡销户的，更正参保人员类别",
    "确属错补的，由医保、财政部门处理补贴；确属漏评的，转扶贫部门识别",
]
message = "该人员按{stated}参保（财政补贴{subsidy_amount_fen}），但不在建档立卡在册人员、农村低保和特困供养名单中。{newborn}"
related = ["R14"]

[[example]]
case = "不在任何名单：列为疑点"
given = """
insurance @P1 insured_category=建档立卡贫困人口 subsidy_amount_fen=18000
"""
expect = ["P1 <- insurance:1"]

[[example]]
case = "建档立卡在册：不列"
given = """
insurance @P1 insured_category=建档立卡贫困人口
registry_person @P1
"""
expect = []

[[example]]
case = "登记已减少：列为疑点"
given = """
insurance @P1 insured_category=建档立卡贫困人口
registry_person @P1 person_status=减少
"""
expect = ["P1"]

[[example]]
case = "农村低保在保：不列"
given = """
insurance @P1 insured_category=建档立卡贫困人口
dibao @P1 household_no=D1
"""
expect = []

[[example]]
case = "城市低保（类别不对，由R38列）：不列；已停的农村低保：列为疑点"
given = """
insurance @P1 insured_category=建档立卡贫困人口
dibao @P1 household_no=D1 category=城市
insurance @P2 insured_category=建档立卡贫困人口
dibao @P2 household_no=D2 stop_month=201801
"""
expect = ["P2"]

[[example]]
case = "特困供养：不列；下季度才开始的特困供养：列为疑点"
given = """
insurance @P1 insured_category=建档立卡贫困人口
tekun @P1
insurance @P2 insured_category=建档立卡贫困人口
tekun @P2 start_month=201810
"""
expect = ["P2"]

[[example]]
case = "在册、低保、特困名单里有记录很可能就是本人：待确认；多半不是本人：照列；已减少的、已停保的：照列"
given = """
insurance @P1 insured_category=建档立卡贫困人口
registry_person @P2
near_miss source=registry_person record_id=insurance:1 candidate=registry_person:1
insurance @P3 insured_category=建档立卡贫困人口
dibao @P4 household_no=D4
near_miss source=dibao record_id=insurance:2 candidate=dibao:1
insurance @P5 insured_category=建档立卡贫困人口
tekun @P6
near_miss source=tekun record_id=insurance:3 candidate=tekun:1
insurance @P7 insured_category=建档立卡贫困人口
registry_person @P8
near_miss source=registry_person record_id=insurance:4 candidate=registry_person:2 likely=0
insurance @P9 insured_category=建档立卡贫困人口
registry_person @P10 person_status=减少
near_miss source=registry_person record_id=insurance:5 candidate=registry_person:3
insurance @P11 insured_category=建档立卡贫困人口
dibao @P12 household_no=D12 stop_month=201801
near_miss source=dibao record_id=insurance:6 candidate=dibao:2
"""
expect = [
    "P1 待确认 <- insurance:1 registry_person:1",
    "P3 待确认 <- insurance:2 dibao:1",
    "P5 待确认 <- insurance:3 tekun:1",
    "P7 <- insurance:4 registry_person:2",
    "P9 <- insurance:5",
    "P11 <- insurance:6",
]

[[example]]
case = "按普通居民参保、参保已终止：不列"
given = """
insurance @P1 insured_category=普通居民
insurance @P2 insured_category=建档立卡贫困人口 status=终止
"""
expect = []

[[example]]
case = "上年度参保、年内死亡：不列；普通居民领了资助、不在任何名单：列为疑点；没有资助、享受城市低保：不列"
given = """
insurance @P1 year=2017 insured_category=建档立卡贫困人口
registry_person @P1 person_status=减少
insurance @P2 insured_category=建档立卡贫困人口
registry_person @P2 person_status=死亡
insurance @P3 insured_category=普通居民 subsidized=1 subsidy_amount_fen=18000
insurance @P4 insured_category=普通居民 subsidy_amount_fen=0
insurance @P5 insured_category=普通居民 subsidy_amount_fen=18000
dibao @P5 household_no=D5 category=城市
insurance @P6 insured_category=农村低保 subsidy_amount_fen=18000
"""
expect = ["P3"]

[[example]]
case = "类别未填、其他而领了资助：列为疑点；没有资助：不列"
given = """
insurance @P1 insured_category=NULL subsidy_amount_fen=18000
insurance @P2 insured_category=其他 subsidy_amount_fen=18000
insurance @P3 insured_category=NULL subsidy_amount_fen=0
"""
expect = ["P1", "P2"]

[[example]]
case = "今年出生的孩子随父母按建档立卡参保，建档立卡等年底登记：待确认；去年出生的、看不出出生日期的，以普通居民身份领资助的：列为疑点"
given = """
insurance @P1 insured_category=建档立卡贫困人口 birth_date=2018-01-01
insurance @P2 insured_category=建档立卡贫困人口 birth_date=2017-12-31
insurance @P3 insured_category=建档立卡贫困人口 birth_date=NULL
insurance @P4 insured_category=普通居民 subsidy_amount_fen=12000 birth_date=2018-08-01
"""
expect = ["P1 待确认", "P2", "P3", "P4"]
*/
-- Registered when the premium was paid, dead since: rightly subsidised.
WITH died AS (
    SELECT DISTINCT p.person_id
    FROM registry_person p
    WHERE p.person_status = '死亡'
),
poor AS (
    SELECT DISTINCT p.person_id
    FROM poor_person p
)
SELECT i.person_id AS subject_id, i.record_id AS evidence, i.subsidy_amount_fen AS subsidy_amount_fen,
    CASE WHEN i.insured_category = '建档立卡贫困人口' THEN '建档立卡贫困人口身份' ELSE '普通居民（其他）身份领取资助' END AS stated,
    CASE WHEN i.birth_date > q.registry_window_date AND i.insured_category = '建档立卡贫困人口' THEN '待确认：今年出生的孩子，建档立卡年底才登记，先核对父母是否在册。' ELSE '' END AS newborn,
    -- A child is insured as its parents are and waits for the yearly window of the registry.
    CASE WHEN i.birth_date > q.registry_window_date AND i.insured_category = '建档立卡贫困人口' THEN 1 ELSE 0 END AS to_confirm
FROM insurance i
JOIN parameter q ON q.year = i.year
LEFT JOIN poor r ON r.person_id = i.person_id
LEFT JOIN protected_person c ON c.person_id = i.person_id
LEFT JOIN died x ON x.person_id = i.person_id
WHERE i.status = '正常参保'
    AND (i.insured_category = '建档立卡贫困人口' OR ((i.insured_category IS NULL OR i.insured_category IN ('普通居民', '其他')) AND i.subsidy_amount_fen > 0))
    AND r.person_id IS NULL AND c.person_id IS NULL AND x.person_id IS NULL
