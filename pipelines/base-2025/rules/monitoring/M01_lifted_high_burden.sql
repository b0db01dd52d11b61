/*
code = "M01"
title = "脱贫户、风险已消除户医疗自付较高未纳入监测"
why = "脱贫户看病自付较高，可能因病返贫，乡村应核实是否纳入监测。"
policy = { clause = "一(二)", quote = "医疗费用个人自付较高的农户，由部门预警，乡村核实" }
owner = "农业农村局"
severity = "S1"
subject = "person"
sources = ["registry_household", "registry_person", "medical_burden"]
optional_sources = ["deceased"]
due_days = 15
advice = [
    "入户核实家庭收入和后续治疗费用",
    "符合条件的按程序纳入监测，落实医疗救助；不符合的写明理由",
]
message = "近十二个月个人自付医疗费用{self_paid_fen}，本户没有纳入监测。"

[[example]]
case = "十二个月内几次合计达到：列为疑点；十二个月以前的、下月的不计；不足一分：不列"
given = """
registry_household #H1 household_type=脱贫户 risk_status=NULL
registry_person @P1 #H1
medical_burden @P1 month=202404 self_paid_fen=300000
medical_burden @P1 month=202503 self_paid_fen=200000
registry_household #H2 household_type=脱贫户 risk_status=NULL
registry_person @P2 #H2
medical_burden @P2 month=202403 self_paid_fen=300000
medical_burden @P2 month=202503 self_paid_fen=200000
registry_household #H3 household_type=脱贫户 risk_status=NULL
registry_person @P3 #H3
medical_burden @P3 self_paid_fen=499999
registry_household #H4 household_type=脱贫户 risk_status=NULL
registry_person @P4 #H4
medical_burden @P4 month=202504 self_paid_fen=900000
"""
expect = ["P1 <- registry_person:1 medical_burden:1 medical_burden:2"]

[[example]]
case = "已是监测对象、已去世、已不在册：不列"
given = """
registry_household #H1
registry_person @P1 #H1
medical_burden @P1 self_paid_fen=900000
registry_household #H2 household_type=脱贫户 risk_status=NULL
registry_person @P2 #H2
medical_burden @P2 self_paid_fen=900000
deceased @P2 death_date=2025-03-31
registry_person @P3 #H2 person_status=户籍迁出
medical_burden @P3 self_paid_fen=900000
registry_person @P4 #H2 person_status=死亡
medical_burden @P4 self_paid_fen=900000
"""
expect = []

[[example]]
case = "风险已消除的户又有大额自付：列为疑点；县区自己的预警线：按县区的"
given = """
parameter lifted_burden_fen=500000
county_parameter county_code=529721 lifted_burden_fen=800000
registry_household #H1 risk_status=已消除
registry_person @P1 #H1
medical_burden @P1 self_paid_fen=800000
registry_household #H2 risk_status=已消除
registry_person @P2 #H2
medical_burden @P2 self_paid_fen=799999
registry_household #H3 county_code=529799 risk_status=已消除
registry_person @P3 #H3
medical_burden @P3 self_paid_fen=500000
"""
expect = ["P1 <- registry_person:1 medical_burden:1", "P3 <- registry_person:3 medical_burden:3"]

[[example]]
case = "以前各期报过的月份合计在内，十二个月以前的不计：列为疑点"
given = """
registry_household #H1 household_type=脱贫户 risk_status=NULL
registry_person @P1 #H1
medical_burden @P1 month=202503 self_paid_fen=200000
medical_burden_earlier @P1 month=202404 self_paid_fen=300000
registry_household #H2 household_type=脱贫户 risk_status=NULL
registry_person @P2 #H2
medical_burden_earlier @P2 month=202403 self_paid_fen=900000
"""
expect = ["P1"]

[[example]]
case = "下月才去世：列为疑点"
given = """
registry_household #H2 household_type=脱贫户 risk_status=NULL
registry_person @P2 #H2
medical_burden @P2 self_paid_fen=900000
deceased @P2 death_date=2025-04-01
"""
expect = ["P2"]
*/
WITH hit AS (
    SELECT p.person_id, p.record_id, b.self_paid_fen
    FROM current_person p
    JOIN registry_household h ON h.household_no = p.household_no
    JOIN burden_12 b ON b.person_id = p.person_id
    CROSS JOIN parameter q
    LEFT JOIN county_parameter k ON k.county_code = h.county_code
    WHERE (h.household_type = '脱贫户' OR h.risk_status = '已消除')
        AND b.self_paid_fen >= COALESCE(k.lifted_burden_fen, q.lifted_burden_fen)
)
SELECT i.person_id AS subject_id, i.record_id AS evidence, 0 AS evidence_order, i.self_paid_fen AS self_paid_fen FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, b.record_id AS evidence, 1 AS evidence_order, i.self_paid_fen AS self_paid_fen
FROM hit i
JOIN burden_within_12 b ON b.person_id = i.person_id
