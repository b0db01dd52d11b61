/*
code = "R64"
title = "两项补贴错发"
why = "两项补贴发给了没有有效残疾证、等级不符、不在保、已是特困或已经死亡的人，或同一项领了两份，资金要追回（已停发的也算）。"
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
message = "残疾人两项补贴：{reason}（每月{monthly_fen}；多发月数：{months}；按名单金额应追回：{recover_fen}）。"
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

[[example]]
case = "已经停发而此前多发的：死亡、转特困、低保停后数月才停的列为疑点；停得及时、转特困当月才停、多年前已停：不列"
given = """
disability_certificate @P1 grade=一级
disability_subsidy @P1 nursing=1 nursing_fen=6000 stop_month=201808
deceased @P1 death_date=2018-02-10
disability_certificate @P2 grade=一级
disability_subsidy @P2 nursing=1 stop_month=201803
deceased @P2 death_date=2018-02-10
disability_certificate @P3 grade=一级
disability_subsidy @P3 nursing=1 stop_month=201809
tekun @P3 start_month=201805
disability_certificate @P4 grade=一级
disability_subsidy @P4 nursing=1 stop_month=201806
tekun @P4 start_month=201805
disability_certificate @P5
disability_subsidy @P5 living=1 stop_month=201808
dibao @P5 household_no=D5 stop_month=201803
disability_certificate @P6
disability_subsidy @P6 living=1 stop_month=201804
dibao @P6 household_no=D6 stop_month=201803
disability_certificate @P7
disability_subsidy @P7 living=1 stop_month=201512 start_month=201401
deceased @P7 death_date=2014-03-01
disability_certificate @P8 grade=一级
disability_subsidy @P8 nursing=1
deceased @P8 death_date=2011-03-01
disability_certificate @P9 grade=一级
disability_subsidy @P9 nursing=1 stop_month=201808
deceased @P9 death_date=2011-03-01
disability_subsidy @P10 living=1 nursing=1 stop_month=201808
disability_certificate @P10 grade=三级
disability_certificate @P11
disability_subsidy @P11 living=1
dibao @P11 household_no=D11 start_month=201810
disability_certificate @P12 grade=一级
disability_subsidy @P12 nursing=1 stop_month=201808
registry_person @P12 person_status=死亡
disability_certificate @P13 grade=一级
disability_subsidy @P13 nursing=1 start_month=201810
tekun @P13
"""
expect = ["P1/dead", "P3/tekun", "P5/living", "P8/dead", "P11/living"]

[[example]]
case = "两县各领一份、先后起享两份：列为疑点；同一行报了两次、两项各一份、只重叠一个月：不列"
given = """
disability_certificate @P1 grade=一级
disability_subsidy @P1 nursing=1 nursing_fen=6000
disability_subsidy @P1 nursing=1 nursing_fen=6000 county_code=410622
disability_certificate @P2
dibao @P2 household_no=D2
disability_subsidy @P2 living=1 living_fen=6000
disability_subsidy @P2 living=1 living_fen=6000 start_month=201801
disability_certificate @P3 grade=一级
disability_subsidy @P3 nursing=1
disability_subsidy @P3 nursing=1
disability_certificate @P4 grade=一级
dibao @P4 household_no=D4
disability_subsidy @P4 nursing=1
disability_subsidy @P4 living=1 start_month=201801
disability_certificate @P5 grade=一级
disability_subsidy @P5 nursing=1 stop_month=201808
disability_subsidy @P5 nursing=1 start_month=201807 county_code=410622
"""
expect = ["P1/twice <- disability_subsidy:1 disability_subsidy:2", "P2/twice <- disability_subsidy:3 disability_subsidy:4"]

[[example]]
case = "参数写明停发当月仍发：9月停发的仍在发"
given = """
parameter stop_month_paid=1
disability_subsidy @P1 nursing=1 stop_month=201809
disability_subsidy @P2 nursing=1 stop_month=201808
"""
expect = ["P1/certificate"]

[[example]]
case = "名单没有标识而有护理补贴金额：按护理补贴查"
given = """
disability_certificate @P1 grade=三级
disability_subsidy @P1 nursing_fen=6000
disability_certificate @P2 grade=三级
disability_subsidy @P2 living_fen=6000
"""
expect = ["P1/nursing", "P2/living"]
*/
WITH dibao_end AS (
    SELECT d.person_id, MAX(d.paid_until) AS paid_until
    FROM dibao_span d
    WHERE d.paid_from < d.paid_until
    GROUP BY d.person_id
),
-- The month of a change may still be paid.
found AS (
    SELECT
        s.person_id, 'certificate' AS rule_key, s.record_id, CAST(NULL AS BIGINT) AS other_record, '没有有效的残疾人证' AS reason,
        s.living_fen + s.nursing_fen AS monthly_fen, CAST(NULL AS BIGINT) AS hundredths
    FROM subsidy_span s
    LEFT JOIN certificate_valid c ON c.person_id = s.person_id
    WHERE s.active = 1 AND c.person_id IS NULL
    UNION ALL
    SELECT
        s.person_id, 'nursing' AS rule_key, s.record_id, c.record_id AS other_record, '证件为' || c.grade || '，不应领护理补贴' AS reason,
        s.nursing_fen AS monthly_fen, CAST(NULL AS BIGINT) AS hundredths
    FROM subsidy_span s
    JOIN certificate_valid c ON c.person_id = s.person_id
    WHERE s.active = 1 AND s.nursing = 1 AND c.severe = 0
    UNION ALL
    SELECT
        s.person_id, 'living' AS rule_key, s.record_id, CAST(NULL AS BIGINT) AS other_record, '不在低保名单中（或低保已停），不应领生活补贴' AS reason,
        s.living_fen AS monthly_fen, s.paid_until - GREATEST(e.paid_until, s.paid_from) AS hundredths
    FROM subsidy_span s
    LEFT JOIN dibao_end e ON e.person_id = s.person_id
    WHERE s.living = 1 AND ((s.active = 1 AND e.person_id IS NULL) OR s.paid_until - e.paid_until > 100)
    UNION ALL
    SELECT
        s.person_id, 'tekun' AS rule_key, s.record_id, t.record_id AS other_record, '同时是特困供养人员' AS reason,
        s.living_fen + s.nursing_fen AS monthly_fen, s.paid_until - GREATEST(t.paid_from, s.paid_from) AS hundredths
    FROM subsidy_span s
    JOIN tekun_span t ON t.person_id = s.person_id
    WHERE s.paid_until - GREATEST(t.paid_from, s.paid_from) > 100
    UNION ALL
    SELECT
        s.person_id, 'dead' AS rule_key, s.record_id, x.record_id AS other_record, x.register || '已登记死亡' AS reason,
        s.living_fen + s.nursing_fen AS monthly_fen, s.paid_until - 100 - y.death_month AS hundredths
    FROM subsidy_span s
    JOIN dead_register x ON x.person_id = s.person_id
    JOIN dead_person y ON y.person_id = s.person_id
    CROSS JOIN parameter q
    WHERE (y.death_date IS NULL AND s.active = 1)
        OR (y.death_date <= q.death_grace_date AND ((y.death_month IS NULL AND s.active = 1) OR s.paid_until - 100 > y.death_month))
    UNION ALL
    -- The same line twice in one file is one payment.
    SELECT
        s.person_id, 'twice' AS rule_key, s.record_id, b.record_id AS other_record, '同一项补贴领了两份' AS reason,
        s.living_fen * b.living + s.nursing_fen * b.nursing AS monthly_fen,
        LEAST(s.paid_until, b.paid_until) - GREATEST(s.paid_from, b.paid_from) AS hundredths
    FROM subsidy_span s
    JOIN subsidy_span b ON b.person_id = s.person_id
    WHERE s.living * b.living + s.nursing * b.nursing > 0
        AND (s.county_code <> b.county_code OR s.paid_from <> b.paid_from)
        AND LEAST(s.paid_until, b.paid_until) - GREATEST(s.paid_from, b.paid_from) > 100
)
SELECT
    f.person_id AS subject_id, f.rule_key AS rule_key, f.record_id AS evidence, 0 AS evidence_order, f.reason AS reason,
    f.monthly_fen AS monthly_fen, CAST(f.hundredths / 100 AS BIGINT) AS months,
    CAST(f.hundredths / 100 AS BIGINT) * f.monthly_fen AS recover_fen
FROM found f
UNION ALL
SELECT
    f.person_id AS subject_id, f.rule_key AS rule_key, COALESCE(f.other_record, f.record_id) AS evidence, 1 AS evidence_order, f.reason AS reason,
    f.monthly_fen AS monthly_fen, CAST(f.hundredths / 100 AS BIGINT) AS months,
    CAST(f.hundredths / 100 AS BIGINT) * f.monthly_fen AS recover_fen
FROM found f
