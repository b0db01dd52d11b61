/*
code = "R09"
title = "死亡（注销）人员仍享受"
why = "建档立卡、医保或公安、殡葬已登记死亡，低保、特困、养老金在死亡次月以后仍发放（已停发的也应追回），学生资助、危房改造补助以死者名义发放，或建档立卡仍登记正常，资金可能被冒领，人数不实。"
policy = { clause = "二(一)2", quote = "有进有出" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["registry_person", "insurance", "dibao", "tekun"]
optional_sources = ["deceased", "pension", "student_aid", "housing"]
due_days = 15
advice = [
    "到家中核实，查死亡证明、火化或户口注销日期",
    "次月起仍发放的予以停发并追回",
    "登记有误、人仍健在的，由登记部门更正",
]
message = "{register}已登记死亡，{benefit}（死亡日期：{death_date}；死亡次月以后的月数：{months}；按名单金额应追回：{recover_fen}）。"
related = ["R14"]

[[example]]
case = "建档立卡登记死亡仍在保：列为疑点"
given = """
dibao @P1 household_no=D1
registry_person @P1 person_status=死亡
"""
expect = ["P1/dibao <- dibao:1 registry_person:1"]

[[example]]
case = "医保因死亡终止仍领特困：列为疑点"
given = """
tekun @P1
insurance @P1 status=终止 stop_reason=因死亡终止
"""
expect = ["P1/tekun <- tekun:1 insurance:1"]

[[example]]
case = "登记正常或减少：不列"
given = """
dibao @P1 household_no=D1
registry_person @P1
dibao @P2 household_no=D2
registry_person @P2 person_status=减少
"""
expect = []

[[example]]
case = "医保因其他原因终止、状态仍正常：不列"
given = """
dibao @P1 household_no=D1
insurance @P1 status=终止 stop_reason=外地参保
dibao @P2 household_no=D2
insurance @P2 status=正常参保 stop_reason=死亡 year=2017
"""
expect = []

[[example]]
case = "一处登记死亡，但本年度另有正常参保：不列"
given = """
dibao @P1 household_no=D1
insurance @P1 status=终止 stop_reason=死亡
insurance @P1
"""
expect = []

[[example]]
case = "死亡后已停保：不列"
given = """
dibao @P1 household_no=D1 stop_month=201808
registry_person @P1 person_status=死亡
"""
expect = []

[[example]]
case = "医保因死亡终止、建档立卡仍正常：列为疑点；已登记死亡、已减少：不列"
given = """
registry_person @P1
insurance @P1 status=终止 stop_reason=死亡
registry_person @P2 person_status=死亡
insurance @P2 status=终止 stop_reason=死亡
registry_person @P3 person_status=减少
insurance @P3 status=终止 stop_reason=死亡
"""
expect = ["P1/registry <- registry_person:1 insurance:1"]

[[example]]
case = "公安、殡葬登记死亡超过31天：列为疑点；当月死亡、日期都未填：不列"
given = """
dibao @P1 household_no=D1
deceased @P1 death_date=2018-08-30
registry_person @P2
deceased @P2 cancel_date=2018-08-30
dibao @P3 household_no=D3
deceased @P3 death_date=2018-08-31
dibao @P4 household_no=D4
deceased @P4
"""
expect = ["P1/dibao <- dibao:1 deceased:1", "P2/registry <- registry_person:1 deceased:2"]

[[example]]
case = "当月死亡（9月20日）、登记及时、下月才停：不列；死亡次月起停发：不列"
given = """
dibao @P1 household_no=D1
registry_person @P1 person_status=死亡
deceased @P1 death_date=2018-09-20
dibao @P2 household_no=D2 stop_month=201806
deceased @P2 death_date=2018-05-10
tekun @P3
deceased @P3 death_date=2018-09-01
"""
expect = []

[[example]]
case = "死亡后又发了数月才停：列为疑点，追回；死亡次月停发晚一月、五年以前死亡仍在发：列为疑点"
given = """
dibao @P1 household_no=D1 stop_month=201808 monthly_amount_fen=20000
deceased @P1 death_date=2017-12-20
dibao @P2 household_no=D2 stop_month=201807
deceased @P2 death_date=2018-05-10
tekun @P3
deceased @P3 death_date=2012-05-01
dibao @P4 household_no=D4 stop_month=201802
deceased @P4 death_date=2016-11-20
dibao @P5 household_no=D5 stop_month=201802
deceased @P5 death_date=2015-10-20
dibao @P6 household_no=D6 stop_month=201802
deceased @P6 death_date=2014-08-20
"""
expect = ["P1/dibao", "P2/dibao", "P3/tekun", "P4/dibao", "P5/dibao", "P6/dibao"]

[[example]]
case = "各月的死亡：次月起停发不列，再晚一月列为疑点"
given = """
dibao @P1 household_no=D1 stop_month=201702
deceased @P1 death_date=2017-01-10
dibao @P2 household_no=D2 stop_month=201703
deceased @P2 death_date=2017-02-10
dibao @P3 household_no=D3 stop_month=201704
deceased @P3 death_date=2017-03-10
dibao @P4 household_no=D4 stop_month=201705
deceased @P4 death_date=2017-04-10
dibao @P5 household_no=D5 stop_month=201706
deceased @P5 death_date=2017-05-10
dibao @P6 household_no=D6 stop_month=201707
deceased @P6 death_date=2017-06-10
dibao @P7 household_no=D7 stop_month=201708
deceased @P7 death_date=2017-07-10
dibao @P8 household_no=D8 stop_month=201709
deceased @P8 death_date=2017-08-10
dibao @P9 household_no=D9 stop_month=201710
deceased @P9 death_date=2017-09-10
dibao @P10 household_no=D10 stop_month=201711
deceased @P10 death_date=2017-10-10
dibao @P11 household_no=D11 stop_month=201712
deceased @P11 death_date=2017-11-10
dibao @P12 household_no=D12 stop_month=201801
deceased @P12 death_date=2017-12-10
dibao @P21 household_no=D21 stop_month=201703
deceased @P21 death_date=2017-01-10
dibao @P22 household_no=D22 stop_month=201704
deceased @P22 death_date=2017-02-10
dibao @P23 household_no=D23 stop_month=201705
deceased @P23 death_date=2017-03-10
dibao @P24 household_no=D24 stop_month=201706
deceased @P24 death_date=2017-04-10
dibao @P25 household_no=D25 stop_month=201707
deceased @P25 death_date=2017-05-10
dibao @P26 household_no=D26 stop_month=201708
deceased @P26 death_date=2017-06-10
dibao @P27 household_no=D27 stop_month=201709
deceased @P27 death_date=2017-07-10
dibao @P28 household_no=D28 stop_month=201710
deceased @P28 death_date=2017-08-10
dibao @P29 household_no=D29 stop_month=201711
deceased @P29 death_date=2017-09-10
dibao @P30 household_no=D30 stop_month=201712
deceased @P30 death_date=2017-10-10
dibao @P31 household_no=D31 stop_month=201801
deceased @P31 death_date=2017-11-10
dibao @P32 household_no=D32 stop_month=201802
deceased @P32 death_date=2017-12-10
"""
expect = ["P21/dibao", "P22/dibao", "P23/dibao", "P24/dibao", "P25/dibao", "P26/dibao", "P27/dibao", "P28/dibao", "P29/dibao", "P30/dibao", "P31/dibao", "P32/dibao"]

[[example]]
case = "死亡人员仍领养老金、医保登记死亡仍在册：列为疑点；没有领取、低保因户主死亡停保（全户的原因）、只是建档立卡自己登记死亡的：不列"
given = """
pension @P1
deceased @P1 death_date=2017-05-01
pension @P2 status=参保缴费
deceased @P2 death_date=2017-05-01
registry_person @P3
insurance @P3 status=终止 stop_reason=死亡
registry_person @P4 household_no=H4
registry_person @P4 household_no=H5 person_status=死亡
registry_person @P5
dibao @P5 household_no=D5 stop_month=201801 stop_reason=户主死亡
"""
expect = ["P1/pension <- pension:1 deceased:1", "P3/registry <- registry_person:1 insurance:1"]

[[example]]
case = "医保停保原因写去世、病故、亡故、身故、过世：都是死亡，列为疑点"
given = """
registry_person @P1
insurance @P1 status=终止 stop_reason=已去世
registry_person @P2
insurance @P2 status=终止 stop_reason=病故
registry_person @P3
insurance @P3 status=终止 stop_reason=亡故
registry_person @P4
insurance @P4 status=终止 stop_reason=身故
registry_person @P5
insurance @P5 status=终止 stop_reason=过世
"""
expect = ["P1/registry", "P2/registry", "P3/registry", "P4/registry", "P5/registry"]

[[example]]
case = "死后年度的学生资助、危房改造补助：列为疑点；死亡当年的资助和计划、没有拨款、没有死亡日期的：不列"
given = """
student_aid @P1 amount_fen=100000
deceased @P1 death_date=2017-12-31
student_aid @P2 amount_fen=100000
deceased @P2 death_date=2018-01-01
student_aid @P3 amount_fen=100000 term=2017秋
deceased @P3 death_date=2016-01-01
housing @P4 archive_no=A4 plan_year=2018 subsidy_paid_fen=100
deceased @P4 death_date=2017-12-20
housing @P5 archive_no=A5 plan_year=2018 subsidy_paid_fen=100
deceased @P5 death_date=2018-01-20
housing @P6 archive_no=A6 plan_year=2018 subsidy_paid_fen=0
deceased @P6 death_date=2016-01-20
housing @P7 archive_no=A7 plan_year=2018 subsidy_paid_fen=100
registry_person @P7 person_status=死亡
housing @P8 archive_no=A8 plan_year=2018 subsidy_paid_fen=100
deceased @P8 death_date=2011-01-20
housing @P9 archive_no=A9 plan_year=2014 subsidy_paid_fen=100
deceased @P9 death_date=2011-01-20
student_aid @P10 amount_fen=100000 term=2018春
deceased @P10 death_date=2017-05-01
"""
expect = ["P1/aid <- student_aid:1 deceased:1", "P4/housing <- housing:1 deceased:4", "P8/housing <- housing:5 deceased:7", "P10/aid <- student_aid:4 deceased:9"]

[[example]]
case = "一季度：上季度（上年秋季）的资助与今年无关、前年的学期：不列"
given = """
parameter other_term=2017秋
student_aid @P1 amount_fen=100000 term=2017秋
deceased @P1 death_date=2016-01-01
student_aid @P2 amount_fen=100000 term=2018年暑期
deceased @P2 death_date=2016-01-01
"""
expect = []
*/
WITH quarter AS (
    SELECT q.death_grace_date, (q.last_month - q.last_month % 100) * 12 + (q.last_month % 100) * 100 AS last_paid
    FROM parameter q
),
benefit AS (
    SELECT d.person_id, d.record_id, 'dibao' AS rule_key, '低保仍在发放或死后继续发放过' AS benefit, d.paid_until - 100 AS last_paid, d.share_fen AS amount_fen
    FROM dibao_span d
    UNION ALL
    SELECT t.person_id, t.record_id, 'tekun' AS rule_key, '特困供养仍在发放' AS benefit, k.last_paid, t.monthly_fen AS amount_fen
    FROM tekun_span t
    CROSS JOIN quarter k
    UNION ALL
    SELECT r.person_id, r.record_id, 'pension' AS rule_key, '养老金仍在领取' AS benefit, k.last_paid, r.basic_pension_fen AS amount_fen
    FROM pension r
    CROSS JOIN quarter k
    WHERE r.status = '领取待遇'
    UNION ALL
    SELECT p.person_id, p.record_id, 'registry' AS rule_key, '建档立卡仍登记为正常' AS benefit, k.last_paid, NULL AS amount_fen
    FROM poor_person p
    CROSS JOIN quarter k
),
-- The month of the death may still be paid; a death without a date counts if the benefit still runs.
hit AS (
    SELECT
        b.person_id, b.record_id, b.rule_key, b.benefit, x.death_date,
        CAST((b.last_paid - x.death_month) / 100 AS BIGINT) AS months,
        CAST((b.last_paid - x.death_month) / 100 AS BIGINT) * CAST(b.amount_fen AS BIGINT) AS recover_fen
    FROM benefit b
    JOIN dead_person x ON x.person_id = b.person_id
    CROSS JOIN quarter k
    WHERE (x.death_date IS NULL AND b.last_paid = k.last_paid)
        OR (x.death_date <= k.death_grace_date AND (x.death_month IS NULL OR b.last_paid > x.death_month))
    UNION ALL
    -- Aid of a term of this year for a pupil who died before the year began.
    SELECT
        a.person_id, a.record_id, 'aid' AS rule_key, '学生资助仍在发放' AS benefit, x.death_date,
        CAST(NULL AS BIGINT) AS months, CAST(a.amount_fen AS BIGINT) AS recover_fen
    FROM student_aid a
    JOIN dead_person x ON x.person_id = a.person_id
    CROSS JOIN parameter q
    WHERE (a.term = q.current_term OR a.term = q.other_term) AND STARTS_WITH(a.term, CAST(q.year AS VARCHAR)) AND x.death_date < q.year_start
    UNION ALL
    -- A house planned in a year after the death: in the name of the dead.
    SELECT
        o.person_id, o.record_id, 'housing' AS rule_key, '危房改造补助以其名义拨付' AS benefit, x.death_date,
        CAST(NULL AS BIGINT) AS months, CAST(o.subsidy_paid_fen AS BIGINT) AS recover_fen
    FROM housing o
    JOIN dead_person x ON x.person_id = o.person_id
    CROSS JOIN parameter q
    WHERE o.subsidy_paid_fen > 0 AND o.plan_year > q.year - 4
        AND (x.death_month <= o.plan_year * 1200 OR (x.death_month IS NULL AND x.death_date IS NOT NULL))
),
-- Whom only the registry calls dead is no contradiction within the registry.
shown AS (
    SELECT h.person_id, h.record_id, h.rule_key, h.benefit, h.death_date, h.months, h.recover_fen, x.record_id AS dead_record, x.register
    FROM hit h
    JOIN dead_register x ON x.person_id = h.person_id
    WHERE h.rule_key <> 'registry' OR x.register <> '建档立卡'
)
SELECT
    s.person_id AS subject_id, s.rule_key AS rule_key, s.record_id AS evidence, 0 AS evidence_order, s.benefit AS benefit,
    s.register AS register, s.death_date AS death_date, s.months AS months, s.recover_fen AS recover_fen
FROM shown s
UNION ALL
SELECT
    s.person_id AS subject_id, s.rule_key AS rule_key, s.dead_record AS evidence, 1 AS evidence_order, s.benefit AS benefit,
    s.register AS register, s.death_date AS death_date, s.months AS months, s.recover_fen AS recover_fen
FROM shown s
