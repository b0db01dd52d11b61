/*
code = "R36"
title = "个人缴费补贴未落实（应补未补）"
why = "建档立卡人口参加居民医保，个人缴费应由财政补贴；没有补贴的由本人全额负担。"
policy = { clause = "二(三)1", quote = "落实贫困人口参加城乡居民基本医疗保险个人缴费财政补贴政策" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S1"
subject = "person"
sources = ["registry_person", "insurance"]
columns = ["insurance.subsidy_amount_fen"]
due_days = 30
advice = [
    "核对缴费票据和补贴发放表",
    "收缴期结束后才建档的不在此列，按规定退费",
]
message = "建档立卡在册人员参加居民医保，财政补贴为{subsidy_amount_fen}，低于当年补贴标准。"
explained_by = ["R38"]
related = ["R14"]

[[example]]
case = "没有补贴：列为疑点"
given = """
registry_person @P1
insurance @P1 subsidized=0 subsidy_amount_fen=12000
"""
expect = ["P1 <- registry_person:1 insurance:1"]

[[example]]
case = "补贴不足、未填：列为疑点"
given = """
registry_person @P1
insurance @P1 subsidized=1 subsidy_amount_fen=11999
registry_person @P2
insurance @P2 subsidized=1
"""
expect = ["P1", "P2"]

[[example]]
case = "足额补贴：不列"
given = """
registry_person @P1
insurance @P1 subsidized=1 subsidy_amount_fen=12000
"""
expect = []

[[example]]
case = "职工医保、上年度、已终止、不是在册人员：不列"
given = """
registry_person @P1
insurance @P1 scheme=职工
registry_person @P2
insurance @P2 year=2017
registry_person @P3
insurance @P3 status=终止
insurance @P4
"""
expect = []

[[example]]
case = "收缴期结束后才建档：不列；以前建档：列为疑点"
given = """
registry_person @P1 identified_date=2018-01-01
insurance @P1 subsidized=0
registry_person @P2 identified_date=2017-12-31
insurance @P2 subsidized=0
"""
expect = ["P2"]
*/
WITH resident AS (
    SELECT i.person_id, i.record_id, i.subsidy_amount_fen, i.subsidized
    FROM insurance i
    JOIN parameter q ON q.year = i.year
    WHERE i.status = '正常参保' AND i.scheme = '城乡居民'
),
hit AS (
    SELECT p.person_id, p.record_id AS registry_record, i.record_id AS insurance_record, i.subsidy_amount_fen
    FROM poor_person p
    JOIN resident i ON i.person_id = p.person_id
    CROSS JOIN parameter q
    WHERE (p.identified_date IS NULL OR p.identified_date < q.premium_collected_date)
        AND (i.subsidized = 0 OR i.subsidy_amount_fen IS NULL OR i.subsidy_amount_fen < q.premium_subsidy_fen)
)
SELECT i.person_id AS subject_id, i.registry_record AS evidence, 0 AS evidence_order, i.subsidy_amount_fen AS subsidy_amount_fen FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.insurance_record AS evidence, 1 AS evidence_order, i.subsidy_amount_fen AS subsidy_amount_fen FROM hit i
