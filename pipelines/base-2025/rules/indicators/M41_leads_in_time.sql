/*
code = "M41"
title = "到期风险线索办结率"
why = "线索限期办结，以到期的线索计。"
policy = { clause = "一(七)", quote = "农户申报、部门预警和热线反映的线索，限期核实办结" }
owner = "农业农村局"
severity = "S4"
subject = "unit"
sources = ["lead"]
indicator = true
levels = ["city", "county", "township"]
labels = { decided = "到期线索中已办结的比例" }

[[example]]
case = "到期两条办结一条；没有到期的不计"
given = """
lead @P1 received_date=2025-02-01
lead @P2 received_date=2025-02-01 decided_date=2025-02-20
lead @P3 received_date=2025-03-20
"""
expect = ["decided 529700 1/2", "decided 529721 1/2", "decided 529721101 1/2"]

[[example]]
case = "没有到期的线索：不计"
given = """
lead @P1 received_date=2025-03-20
"""
expect = []
*/
SELECT
    'decided' AS indicator, l.county_code AS county_code, l.township_code AS township_code, l.village_code AS village_code,
    CASE WHEN l.decided_date IS NULL AND l.result IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator, q.full_permyriad AS target
FROM lead l
CROSS JOIN parameter q
WHERE l.received_date <= q.lead_due_date
