/*
code = "R09"
title = "死亡（注销）人员仍享受"
why = "建档立卡、医保或公安、殡葬已登记死亡，低保、特困仍在发放，或建档立卡仍登记正常，资金可能被冒领，人数不实。"
policy = { clause = "二(一)2", quote = "有进有出" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["registry_person", "insurance", "dibao", "tekun"]
optional_sources = ["deceased"]
due_days = 15
advice = [
    "到家中核实，查死亡证明、火化或户口注销日期",
    "次月起仍发放的予以停发并追回",
    "登记有误、人仍健在的，由登记部门更正",
]
message = "该人员已登记死亡，仍在{benefit}名单中。"
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
*/
WITH dead AS (
    SELECT p.person_id, p.record_id
    FROM registry_person p
    WHERE p.person_status = '死亡'
    UNION ALL
    SELECT i.person_id, i.record_id
    FROM dead_listed i
),
benefit AS (
    SELECT d.person_id, d.record_id, 'dibao' AS rule_key, '低保' AS benefit
    FROM dibao_active d
    UNION ALL
    SELECT t.person_id, t.record_id, 'tekun' AS rule_key, '特困供养' AS benefit
    FROM tekun_active t
    UNION ALL
    SELECT p.person_id, p.record_id, 'registry' AS rule_key, '建档立卡在册' AS benefit
    FROM poor_person p
    JOIN dead_listed i ON i.person_id = p.person_id
)
SELECT b.person_id AS subject_id, b.rule_key AS rule_key, b.record_id AS evidence, 0 AS evidence_order, b.benefit AS benefit
FROM benefit b
JOIN dead x ON x.person_id = b.person_id
UNION ALL
SELECT b.person_id AS subject_id, b.rule_key AS rule_key, x.record_id AS evidence, 1 AS evidence_order, b.benefit AS benefit
FROM benefit b
JOIN dead x ON x.person_id = b.person_id
