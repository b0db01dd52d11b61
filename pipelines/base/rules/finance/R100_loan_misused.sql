/*
code = "R100"
title = "户贷企用/违规用款/超限"
why = "扶贫小额信贷只给建档立卡户自用；户贷企用、超额、超期限、超龄、一户多笔都要纠正。"
policy = { clause = "二(二)4", quote = "纠正扶贫小额信贷户贷企用、违规用款等问题" }
owner = "金融工作办公室"
severity = "S1"
subject = "person"
sources = ["registry_person", "micro_loan"]
absent_from = [{ list = "registry_person", of = "micro_loan", key = "person" }]
due_days = 15
advice = [
    "调取合同和资金流水核实",
    "户贷企用的限期收回或转为自用",
]
message = "未结清的扶贫小额信贷{reason}。"
related = ["R14"]

[[example]]
case = "企业使用、入股、超额、超期限"
given = """
registry_person @P1 #H1
micro_loan @P1 use=企业使用
registry_person @P2 #H2
micro_loan @P2 use=入股分红 settled=NULL
registry_person @P3 #H3
micro_loan @P3 amount_fen=5000001
registry_person @P4 #H4
micro_loan @P4 term_months=37
"""
expect = ["P1/use <- micro_loan:1", "P2/use <- micro_loan:2", "P3/amount <- micro_loan:3", "P4/term <- micro_loan:4"]

[[example]]
case = "超龄、未满18、不是建档立卡人员、一户两笔"
given = """
registry_person @P1 #H1 age=66
micro_loan @P1
registry_person @P2 #H2 age=17
micro_loan @P2
micro_loan @P3
registry_person @P4 #H4 household_no=H4
registry_person @P5 #H4 household_no=H4
micro_loan @P4
micro_loan @P5
"""
expect = ["P1/age <- micro_loan:1", "P2/age <- micro_loan:2", "P3/person <- micro_loan:3", "P4/loans <- micro_loan:4", "P5/loans <- micro_loan:5"]

[[example]]
case = "自用、不超限、已脱贫减少人员：不列"
given = """
registry_person @P1 #H1 age=65
micro_loan @P1 use=自用 amount_fen=5000000 term_months=36
registry_person @P2 #H2 age=18
micro_loan @P2
registry_person @P3 #H3 person_status=减少
micro_loan @P3
"""
expect = []

[[example]]
case = "已结清、创业担保贷款：不列"
given = """
micro_loan @P1 settled=1 use=企业使用 amount_fen=9000000 term_months=60
micro_loan @P2 kind=创业担保贷款 use=企业使用 amount_fen=9000000 term_months=60
registry_person @P3 #H3 household_no=H3
micro_loan @P3 
micro_loan @P3 settled=1
"""
expect = []

[[example]]
case = "年龄按放款时：放款时65岁、现66岁的不列；放款时66岁、17岁的列为疑点；年底出生、本季度后满岁的照算"
given = """
registry_person @P1 #H1 age=66 birth_date=1952-03-01
micro_loan @P1 grant_date=2017-06-01
registry_person @P2 #H2 age=67 birth_date=1951-03-01
micro_loan @P2 grant_date=2017-06-01
registry_person @P3 #H3 age=18 birth_date=2000-03-01
micro_loan @P3 grant_date=2017-06-01
registry_person @P4 #H4 age=65 birth_date=1952-11-01
micro_loan @P4 grant_date=2018-06-01
registry_person @P5 #H5 age=67 birth_date=1950-11-01
micro_loan @P5 grant_date=2016-12-01
registry_person @P6 #H6 age=66 birth_date=1951-11-01
micro_loan @P6 grant_date=2017-10-01
"""
expect = ["P2/age", "P3/age", "P5/age"]
*/
WITH living AS (
    SELECT m.record_id, m.person_id, m.use, m.amount_fen, m.term_months
    FROM micro_loan m
    WHERE m.kind = '扶贫小额信贷' AND (m.settled IS NULL OR m.settled = 0)
),
several AS (
    SELECT p.household_no, COUNT(*) AS loans
    FROM poor_person p
    JOIN living v ON v.person_id = p.person_id
    GROUP BY p.household_no
)
SELECT v.person_id AS subject_id, 'use' AS rule_key, v.record_id AS evidence, '用途登记为' || v.use AS reason
FROM living v
WHERE v.use IN ('企业使用', '入股分红')
UNION ALL
SELECT v.person_id AS subject_id, 'amount' AS rule_key, v.record_id AS evidence, '超过最高额度' AS reason
FROM living v
CROSS JOIN parameter q
WHERE v.amount_fen > q.micro_loan_limit_fen
UNION ALL
SELECT v.person_id AS subject_id, 'term' AS rule_key, v.record_id AS evidence, '超过最长期限' AS reason
FROM living v
CROSS JOIN parameter q
WHERE v.term_months > q.micro_loan_months
UNION ALL
SELECT v.person_id AS subject_id, 'age' AS rule_key, v.record_id AS evidence, '放款时借款人年龄不在规定范围' AS reason
FROM living v
JOIN loan_age a ON a.record_id = v.record_id
CROSS JOIN parameter q
WHERE (a.months_old < q.loan_age_from * 12 OR a.months_old > q.loan_age_to * 12 + 11)
UNION ALL
SELECT v.person_id AS subject_id, 'person' AS rule_key, v.record_id AS evidence, '借款人不在建档立卡名单中' AS reason
FROM living v
LEFT JOIN registry_person p ON p.person_id = v.person_id
WHERE p.person_id IS NULL
UNION ALL
SELECT v.person_id AS subject_id, 'loans' AS rule_key, v.record_id AS evidence, '同一户不止一笔' AS reason
FROM living v
JOIN poor_person p ON p.person_id = v.person_id
JOIN several s ON s.household_no = p.household_no
WHERE s.loans > 1
