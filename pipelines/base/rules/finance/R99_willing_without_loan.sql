/*
code = "R99"
title = "应贷未贷（小额信贷）"
why = "有信贷需求、评级合格的贫困户没有得到小额信贷，属于应贷未贷。"
policy = { clause = "二(二)4", quote = "实现有信贷需求且符合信贷条件的贫困户应贷尽贷" }
owner = "金融工作办公室"
severity = "S2"
subject = "household"
sources = ["registry_household", "registry_person", "credit_rating", "micro_loan"]
optional_sources = ["deceased", "insurance"]
absent_from = [{ list = "micro_loan", of = "credit_rating" }]
due_days = 30
advice = [
    "由驻村工作队和银行对接",
    "已不需要贷款的更新信贷需求",
]
message = "该户有信贷需求，评级授信合格，没有小额信贷。"
related = ["R14"]

[[example]]
case = "有需求、评级合格、没有贷款：列为疑点"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
credit_rating @P1 demand=1 rating=合格
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2
credit_rating @P2 demand=1 rating=合格
micro_loan @P2 kind=创业担保贷款
"""
expect = ["H1 <- registry_household:1 credit_rating:1", "H2 <- registry_household:2 credit_rating:2"]

[[example]]
case = "家人已贷款、没有需求、不合格、不再享受政策：不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
registry_person @P9 #H1 household_no=H1
credit_rating @P1 demand=1 rating=合格
micro_loan @P9
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2
credit_rating @P2 demand=0 rating=合格
registry_household #H3 household_no=H3
registry_person @P3 #H3 household_no=H3
credit_rating @P3 demand=1 rating=不合格
registry_household #H4 household_no=H4 exit_status=已脱贫(不再享受政策)
registry_person @P4 #H4 household_no=H4
credit_rating @P4 demand=1 rating=合格
"""
expect = []

[[example]]
case = "本季度才识别的：不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 identified_date=2018-07-01
credit_rating @P1 demand=1 rating=合格
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2 identified_date=2018-07-01
credit_rating @P2 demand=1 rating=合格
micro_loan @P2 kind=创业担保贷款
"""
expect = []
*/
WITH lent AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN micro_loan m ON m.person_id = p.person_id
    WHERE m.kind = '扶贫小额信贷'
)
SELECT h.household_id AS subject_id, h.record_id || ';' || c.record_id AS evidence
FROM credit_rating c
JOIN poor_person p ON p.person_id = c.person_id
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN registry_household h ON h.household_no = p.household_no
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
LEFT JOIN lent l ON l.household_no = h.household_no
WHERE c.demand = 1 AND c.rating = '合格' AND l.household_no IS NULL
