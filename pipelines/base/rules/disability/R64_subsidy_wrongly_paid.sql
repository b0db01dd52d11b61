/*
code = "R64"
title = "两项补贴错发"
why = "两项补贴发给了没有有效残疾证、等级不符、不在保、已是特困或已经死亡的人，资金要追回。"
policy = { clause = "二(三)3", quote = "全面落实困难残疾人生活补贴制度和重度残疾人护理补贴制度" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["disability_certificate", "disability_subsidy", "dibao", "tekun", "deceased"]
optional_sources = ["insurance", "registry_person"]
absent_from = [
    { list = "disability_certificate", of = "disability_subsidy", rows = "certificate_valid", key = "certificate" },
    { list = "dibao", of = "disability_subsidy", rows = "dibao_active", key = "living" },
]
due_days = 15
advice = [
    "核对残疾证、低保、特困和死亡信息",
    "确属错发的次月停发并追回",
]
message = "正在领取残疾人两项补贴，{reason}。"
explained_by = ["R09/dead"]
related = ["R14", "R09"]

[[example]]
case = "没有证件；证件过期"
given = """
disability_subsidy @P1 nursing=1
disability_certificate @P2 grade=一级 valid_until=2018-01-01
disability_subsidy @P2 nursing=1
"""
expect = ["P1/certificate <- disability_subsidy:1", "P2/certificate <- disability_subsidy:2"]

[[example]]
case = "三级领护理补贴；不在保领生活补贴"
given = """
disability_certificate @P1 grade=三级
disability_subsidy @P1 nursing=1
disability_certificate @P2 grade=三级
disability_subsidy @P2 living=1
"""
expect = ["P1/nursing <- disability_subsidy:1 disability_certificate:1", "P2/living <- disability_subsidy:2"]

[[example]]
case = "特困同时领取；死亡后仍领取"
given = """
disability_certificate @P1 grade=一级
disability_subsidy @P1 nursing=1
tekun @P1
disability_certificate @P2 grade=一级
disability_subsidy @P2 nursing=1
deceased @P2 death_date=2018-06-30
"""
expect = ["P1/tekun <- disability_subsidy:1 tekun:1", "P2/dead <- disability_subsidy:2 deceased:1"]

[[example]]
case = "发放正确、已停发、31天以内死亡：不列"
given = """
disability_certificate @P1 grade=一级
disability_subsidy @P1 nursing=1 living=0
disability_certificate @P2 grade=四级
disability_subsidy @P2 living=1 nursing=0
dibao @P2 household_no=D2
disability_subsidy @P3 nursing=1 stop_month=201809
disability_certificate @P4 grade=二级
disability_subsidy @P4 nursing=1
deceased @P4 death_date=2018-08-31
"""
expect = []

[[example]]
case = "低保本月才停：不列生活补贴；医保登记死亡（没有日期）：列为疑点"
given = """
disability_certificate @P1
disability_subsidy @P1 living=1
dibao @P1 household_no=D1 stop_month=201809
disability_certificate @P2
disability_subsidy @P2 living=1
dibao @P2 household_no=D2 stop_month=201808
disability_certificate @P3
disability_subsidy @P3 living=1
dibao @P3 household_no=D3
insurance @P3 status=终止 stop_reason=死亡
"""
expect = ["P2/living", "P3/dead"]
*/
SELECT s.person_id AS subject_id, 'certificate' AS rule_key, s.record_id AS evidence, '没有有效的残疾人证' AS reason
FROM subsidy_active s
LEFT JOIN certificate_valid c ON c.person_id = s.person_id
WHERE c.person_id IS NULL
UNION ALL
SELECT
    s.person_id AS subject_id, 'nursing' AS rule_key, s.record_id || ';' || c.record_id AS evidence,
    '证件为' || c.grade || '，不应领护理补贴' AS reason
FROM subsidy_active s
JOIN certificate_valid c ON c.person_id = s.person_id
WHERE s.nursing = 1 AND c.severe = 0
UNION ALL
SELECT s.person_id AS subject_id, 'living' AS rule_key, s.record_id AS evidence, '不在低保名单中，不应领生活补贴' AS reason
FROM subsidy_active s
LEFT JOIN dibao_active d ON d.person_id = s.person_id
LEFT JOIN (
    SELECT DISTINCT b.person_id
    FROM dibao b
    CROSS JOIN parameter k
    WHERE b.stop_month >= k.last_month
) AS m ON m.person_id = s.person_id
-- The month in which dibao stopped may still be paid.
WHERE s.living = 1 AND d.person_id IS NULL AND m.person_id IS NULL
UNION ALL
SELECT s.person_id AS subject_id, 'tekun' AS rule_key, s.record_id || ';' || t.record_id AS evidence, '同时是特困供养人员' AS reason
FROM subsidy_active s
JOIN tekun_active t ON t.person_id = s.person_id
UNION ALL
SELECT s.person_id AS subject_id, 'dead' AS rule_key, s.record_id || ';' || x.record_id AS evidence, x.register || '已登记死亡' AS reason
FROM subsidy_active s
JOIN dead_register x ON x.person_id = s.person_id
JOIN dead_person y ON y.person_id = s.person_id
CROSS JOIN parameter q
WHERE (y.death_date IS NULL OR y.death_date <= q.death_grace_date)
