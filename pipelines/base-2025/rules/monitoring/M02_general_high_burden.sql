/*
code = "M02"
title = "一般农户医疗自付很高未纳入监测"
why = "没有在监测系统里的农户看病自付很高，可能因病致贫。"
policy = { clause = "一(二)", quote = "医疗费用个人自付较高的农户，由部门预警，乡村核实" }
owner = "农业农村局"
severity = "S2"
subject = "person"
sources = ["medical_burden", "registry_person"]
optional_sources = ["deceased"]
absent_from = [{ list = "registry_person", of = "medical_burden" }]
due_days = 15
advice = [
    "查是否以别的姓名、证号在监测系统",
    "入户核实，符合条件的纳入监测",
]
message = "近十二个月个人自付医疗费用{self_paid_fen}，不在监测系统。"

[[example]]
case = "正好达到：列为疑点；不足、在监测系统的（不论是否已减少）、去世的：不列"
given = """
medical_burden @P1 self_paid_fen=2000000
medical_burden @P2 self_paid_fen=1999999
medical_burden @P3 self_paid_fen=3000000
registry_person @P3
medical_burden @P4 self_paid_fen=3000000
deceased @P4
medical_burden @P5 self_paid_fen=3000000
registry_person @P5 person_status=户籍迁出
"""
expect = ["P1 <- medical_burden:1"]

[[example]]
case = "几次合计达到：每一次都写明；县区自己的预警线：按县区的"
given = """
parameter general_burden_fen=2000000
county_parameter county_code=529721 general_burden_fen=2500000
medical_burden @P1 county_code=529799 self_paid_fen=1500000
medical_burden @P1 county_code=529799 month=202503 self_paid_fen=500000
medical_burden @P2 self_paid_fen=2500000
medical_burden @P3 self_paid_fen=2499999
"""
expect = ["P1 <- medical_burden:1 medical_burden:2", "P2 <- medical_burden:3"]

[[example]]
case = "监测系统里有一条很可能就是本人：待确认"
given = """
medical_burden @P1 self_paid_fen=3000000
registry_person @P2
near_miss source=registry_person record_id=medical_burden:1 candidate=registry_person:1
"""
expect = ["P1 待确认 <- medical_burden:1 registry_person:1"]
*/
SELECT b.person_id AS subject_id, r.record_id AS evidence, b.self_paid_fen AS self_paid_fen
FROM burden_12 b
JOIN burden_within_12 r ON r.person_id = b.person_id
CROSS JOIN parameter q
LEFT JOIN county_parameter k ON k.county_code = b.county_code
ANTI JOIN registry_person p ON p.person_id = b.person_id
ANTI JOIN dead_person x ON x.person_id = b.person_id
WHERE b.self_paid_fen >= COALESCE(k.general_burden_fen, q.general_burden_fen)
