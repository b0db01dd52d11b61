/*
code = "R36"
title = "个人缴费补贴未落实（应补未补）"
why = "建档立卡人口参加居民医保，个人缴费应由财政补贴；没有补贴的由本人全额负担。"
policy = { clause = "二(三)1", quote = "落实贫困人口参加城乡居民基本医疗保险个人缴费财政补贴政策" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S1"
subject = "person"
sources = ["registry_person", "insurance"]
optional_sources = ["deceased", "registry_household"]
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

[[example]]
case = "按农村低保、城市低保、特困、重残、计生特扶身份参保，领那一类的补贴（标准90元）：不列；按这些身份而没有补贴：列为疑点"
given = """
registry_person @P1
insurance @P1 insured_category=农村低保 subsidized=1 subsidy_amount_fen=9000
registry_person @P2
insurance @P2 insured_category=城市低保 subsidized=1 subsidy_amount_fen=9000
registry_person @P3
insurance @P3 insured_category=特困供养 subsidized=1 subsidy_amount_fen=9000
registry_person @P4
insurance @P4 insured_category=重度残疾 subsidized=1 subsidy_amount_fen=9000
registry_person @P5
insurance @P5 insured_category=计生特扶 subsidized=1 subsidy_amount_fen=9000
registry_person @P6
insurance @P6 insured_category=农村低保 subsidy_amount_fen=0
registry_person @P7
insurance @P7 insured_category=普通居民 subsidized=1 subsidy_amount_fen=9000
"""
expect = ["P6", "P7"]

[[example]]
case = "不再享受政策的户、公安登记死亡的：不列"
given = """
registry_household @P1 #H1 household_no=H1 exit_status=已脱贫(不再享受政策)
registry_person @P1 #H1 household_no=H1
insurance @P1 subsidized=0
registry_person @P2
deceased @P2 death_date=2018-05-01
insurance @P2 subsidized=0
"""
expect = []

[[example]]
case = "各县补贴标准不同：按人所在县的标准"
given = """
county_parameter county_code=410621 premium_subsidy_fen=18000
county_parameter county_code=410622 premium_subsidy_fen=12000
registry_person @P1
insurance @P1 subsidized=1 subsidy_amount_fen=12000
registry_person @P2 county_code=410622
insurance @P2 subsidized=1 subsidy_amount_fen=12000 county_code=410622
"""
expect = ["P1"]
*/
WITH resident AS (
    SELECT i.person_id, i.record_id, i.subsidy_amount_fen, i.subsidized, i.insured_category
    FROM insurance i
    JOIN parameter q ON q.year = i.year
    WHERE i.status = '正常参保' AND i.scheme = '城乡居民'
),
hit AS (
    SELECT p.person_id, p.record_id AS registry_record, i.record_id AS insurance_record, i.subsidy_amount_fen
    FROM poor_person p
    SEMI JOIN entitled_person e ON e.record_id = p.record_id
    JOIN resident i ON i.person_id = p.person_id
    CROSS JOIN parameter q
    LEFT JOIN county_parameter k ON k.county_code = p.county_code
    WHERE (p.identified_date IS NULL OR p.identified_date < q.premium_collected_date)
        -- Insured as one of another group, a person gets that group's subsidy, of another amount.
        AND (i.subsidized = 0 OR i.subsidy_amount_fen IS NULL OR i.subsidy_amount_fen = 0
            OR (i.subsidy_amount_fen < COALESCE(k.premium_subsidy_fen, q.premium_subsidy_fen)
                AND (i.insured_category IS NULL OR i.insured_category NOT IN ('农村低保', '城市低保', '特困供养', '重度残疾', '计生特扶'))))
)
SELECT i.person_id AS subject_id, i.registry_record AS evidence, 0 AS evidence_order, i.subsidy_amount_fen AS subsidy_amount_fen FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.insurance_record AS evidence, 1 AS evidence_order, i.subsidy_amount_fen AS subsidy_amount_fen FROM hit i
