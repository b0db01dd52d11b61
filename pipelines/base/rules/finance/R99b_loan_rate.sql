/*
code = "R99b"
title = "小额信贷应贷尽贷率"
why = "有信贷需求且评级合格的贫困户应贷尽贷。"
policy = { clause = "二(二)4", quote = "实现有信贷需求且符合信贷条件的贫困户应贷尽贷" }
owner = "金融工作办公室"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_person", "credit_rating", "micro_loan"]
optional_sources = ["deceased", "insurance"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { lent = "有需求且评级合格的户中已获得扶贫小额信贷的比例" }

[[example]]
case = "任一成员获贷即算；其他贷款不算"
given = """
registry_household #H1
registry_person @P1 #H1
registry_person @P2 #H1
credit_rating @P1 demand=1 rating=合格
credit_rating @P2 demand=1 rating=合格
micro_loan @P2
registry_household #H2
registry_person @P3 #H2
credit_rating @P3 demand=1 rating=合格
micro_loan @P3 kind=创业担保贷款
registry_household #H3
registry_person @P4 #H3
credit_rating @P4 demand=1 rating=合格
micro_loan @P4
"""
expect = ["lent 410600 2/3", "lent 410621 2/3", "lent 410621100 2/3", "lent 410621100200 2/3"]

[[example]]
case = "没有需求、评级不合格、不再享受政策的不计"
given = """
registry_household #H1
registry_person @P1 #H1
credit_rating @P1 demand=0 rating=合格
registry_household #H2
registry_person @P2 #H2
credit_rating @P2 demand=1 rating=不合格
registry_household #H3 exit_status=已脱贫(不再享受政策)
registry_person @P3 #H3
credit_rating @P3 demand=1 rating=合格
"""
expect = []

[[example]]
case = "本季度才识别的：不计"
given = """
registry_household #H1
registry_person @P1 #H1 identified_date=2018-07-01
registry_person @P2 #H1 identified_date=2018-07-01
credit_rating @P1 demand=1 rating=合格
credit_rating @P2 demand=1 rating=合格
micro_loan @P2
registry_household #H2
registry_person @P3 #H2 identified_date=2018-07-01
credit_rating @P3 demand=1 rating=合格
micro_loan @P3 kind=创业担保贷款
registry_household #H3
registry_person @P4 #H3 identified_date=2018-07-01
credit_rating @P4 demand=1 rating=合格
micro_loan @P4
"""
expect = []
*/
WITH lent AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN micro_loan m ON m.person_id = p.person_id
    WHERE m.kind = '扶贫小额信贷'
),
wanting AS (
    SELECT DISTINCT p.household_no
    FROM credit_rating c
    JOIN poor_person p ON p.person_id = c.person_id
    SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
    JOIN registry_household h ON h.household_no = p.household_no
    SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
    WHERE c.demand = 1 AND c.rating = '合格'
)
SELECT
    'lent' AS indicator, m.county_code AS county_code, m.township_code AS township_code, m.village_code AS village_code,
    CASE WHEN l.household_no IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator, q.full_cover_permyriad AS target
FROM wanting w
JOIN registry_home m ON m.household_no = w.household_no
CROSS JOIN parameter q
LEFT JOIN lent l ON l.household_no = w.household_no
