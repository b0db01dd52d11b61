/*
code = "R93"
title = "创业贷款/培训补贴超限"
why = "创业担保贷款最高10万元，创业培训补贴每人最高1500元、享受一次；超出或发给非贫困人员要核实。"
policy = { clause = "二(二)2", quote = "给予最高不超过10万元的创业担保贷款" }
owner = "人力资源和社会保障局"
severity = "S2"
subject = "person"
sources = ["registry_person", "training", "micro_loan"]
absent_from = [{ list = "registry_person", of = "training", rows = "poor_person", key = "person" }]
due_days = 15
advice = [
    "核对审批材料和贷款合同",
    "超限的责令整改，冒领的追回",
]
message = "{reason}。"
related = ["R14"]

[[example]]
case = "贷款超限；培训补贴超限；补贴两次；不是建档立卡人员"
given = """
micro_loan @P1 kind=创业担保贷款 amount_fen=10000001
registry_person @P2
training @P2 kind=创业培训 year=2018 subsidy_fen=150001
registry_person @P3
training @P3 kind=创业培训 year=2018 subsidy_fen=100
training @P3 kind=创业培训 year=2017 subsidy_fen=100
training @P4 kind=创业培训 year=2018 subsidy_fen=100
"""
expect = ["P1/loan <- micro_loan:1", "P2/amount <- training:1", "P3/twice <- training:2 training:3", "P4/person <- training:4"]

[[example]]
case = "没有超限、其他贷款、技能培训、没有补贴：不列"
given = """
micro_loan @P1 kind=创业担保贷款 amount_fen=10000000
micro_loan @P1 kind=扶贫小额信贷 amount_fen=20000000
registry_person @P2
training @P2 kind=创业培训 year=2018 subsidy_fen=150000
training @P2 kind=职业技能培训 year=2018 subsidy_fen=200000
training @P2 kind=职业技能培训 year=2017 subsidy_fen=200000
training @P3 kind=创业培训 year=2018 subsidy_fen=0
registry_person @P5
training @P5 kind=创业培训 year=2018 subsidy_fen=100
training @P5 kind=创业培训 year=2017 subsidy_fen=0
training @P6 kind=职业技能培训 year=2018 subsidy_fen=100
"""
expect = []
*/
WITH funded AS (
    SELECT t.person_id, t.record_id, t.subsidy_fen, COUNT(*) OVER (PARTITION BY t.person_id) AS times
    FROM training t
    WHERE t.kind = '创业培训' AND t.subsidy_fen > 0
)
SELECT m.person_id AS subject_id, 'loan' AS rule_key, m.record_id AS evidence, '创业担保贷款超过最高额度' AS reason
FROM micro_loan m
CROSS JOIN parameter q
WHERE m.kind = '创业担保贷款' AND m.amount_fen > q.startup_loan_limit_fen
UNION ALL
SELECT f.person_id AS subject_id, 'amount' AS rule_key, f.record_id AS evidence, '创业培训补贴超过最高标准' AS reason
FROM funded f
CROSS JOIN parameter q
WHERE f.subsidy_fen > q.startup_training_limit_fen
UNION ALL
SELECT f.person_id AS subject_id, 'twice' AS rule_key, f.record_id AS evidence, '创业培训补贴享受了两次' AS reason
FROM funded f
WHERE f.times > 1
UNION ALL
SELECT f.person_id AS subject_id, 'person' AS rule_key, f.record_id AS evidence, '领取创业培训补贴，不是建档立卡在册人员' AS reason
FROM funded f
LEFT JOIN poor_person p ON p.person_id = f.person_id
WHERE p.person_id IS NULL
