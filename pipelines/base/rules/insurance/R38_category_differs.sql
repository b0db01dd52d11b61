/*
code = "R38"
title = "参保身份类别不符"
why = "参保登记的人员类别与低保、特困、建档立卡名单不一致，影响补贴和报销待遇。"
policy = { clause = "二(三)1", quote = "将贫困人口全部纳入城乡居民基本医疗保险" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S3"
subject = "person"
sources = ["registry_person", "dibao", "tekun", "insurance"]
absent_from = [
    { list = "dibao", of = "insurance", rows = "dibao_active" },
    { list = "tekun", of = "insurance", rows = "tekun_active" },
]
due_days = 60
advice = [
    "按特困、低保、残疾、建档立卡的优先次序核定参保类别",
    "在下一收缴期开始前更正",
]
message = "该人员按“{insured_category}”参保，{fact}。"
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
insurance @P6 insured_category=建档立卡贫困人口
tekun @P6
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
*/
WITH resident AS (
    SELECT i.person_id, i.record_id, i.insured_category
    FROM insurance i
    JOIN parameter q ON q.year = i.year
    WHERE i.status = '正常参保' AND i.scheme = '城乡居民'
),
rural AS (
    SELECT DISTINCT d.person_id FROM dibao_rural d
)
SELECT
    i.person_id AS subject_id,
    i.record_id AS evidence,
    COALESCE(i.insured_category, '未填') AS insured_category,
    CASE
        WHEN s.priority = 1 THEN '实际是特困供养人员'
        WHEN s.priority = 2 AND (i.insured_category IS NULL OR i.insured_category <> '特困供养') THEN '实际在农村低保名单'
        WHEN i.insured_category IS NULL OR i.insured_category IN ('普通居民', '其他') THEN '实际是建档立卡在册人员'
        WHEN i.insured_category = '农村低保' THEN '实际不在农村低保名单'
        ELSE '实际不在特困供养名单'
    END AS fact
FROM resident i
LEFT JOIN status_by_priority s ON s.person_id = i.person_id
LEFT JOIN rural d ON d.person_id = i.person_id
WHERE ((i.insured_category IS NULL OR i.insured_category IN ('普通居民', '其他')) AND s.person_id IS NOT NULL)
    OR (i.insured_category IN ('重度残疾', '计生特扶') AND s.priority <= 2)
    OR (i.insured_category = '农村低保' AND (d.person_id IS NULL OR s.priority = 1))
    OR (i.insured_category = '特困供养' AND (s.priority IS NULL OR s.priority > 1))
