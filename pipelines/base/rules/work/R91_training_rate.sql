/*
code = "R91"
title = "有培训意愿的贫困劳动力培训率"
why = "未转移就业、有培训意愿且符合条件的贫困劳动力，当年参加培训的比例与目标比较。"
policy = { clause = "二(二)2", quote = "未转移就业有培训意愿且符合受训条件的贫困劳动力培训率达到80%以上" }
owner = "人力资源和社会保障局"
severity = "S2"
subject = "unit"
sources = ["registry_household", "registry_person", "labour", "training"]
optional_sources = ["deceased", "insurance"]
absent_from = [{ list = "training", of = "registry_person" }]
indicator = true
levels = ["city", "county", "township", "village"]

[[example]]
case = "两人符合条件，一人培训"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
labour @P1 employment=未就业 training_wish=1 training_fit=1
training @P1 year=2018
training @P1 year=2018
registry_person @P2 #H1 household_no=H1
labour @P2 employment=务农 training_wish=1 training_fit=1
training @P2 year=2017
"""
expect = ["- 410600 1/2", "- 410621 1/2", "- 410621100 1/2", "- 410621100200 1/2"]

[[example]]
case = "已转移就业、没有意愿、不符合条件、已脱贫：不计"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
labour @P1 employment=转移就业 training_wish=1 training_fit=1
registry_person @P2 #H1 household_no=H1
labour @P2 employment=未就业 training_wish=0 training_fit=1
registry_person @P3 #H1 household_no=H1
labour @P3 employment=未就业 training_wish=1 training_fit=0
registry_household #H4 household_no=H4 exit_status=已脱贫(享受政策)
registry_person @P4 #H4 household_no=H4
labour @P4 employment=未就业 training_wish=1 training_fit=1
"""
expect = []

[[example]]
case = "本季度才识别的：不计"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 identified_date=2018-07-01
labour @P1 employment=未就业 training_wish=1 training_fit=1
training @P1 year=2018
training @P1 year=2018
registry_person @P2 #H1 household_no=H1 identified_date=2018-07-01
labour @P2 employment=务农 training_wish=1 training_fit=1
training @P2 year=2017
"""
expect = []

[[example]]
case = "培训名单里有一条很可能就是本人：先确认，不计；多半不是、别的名单的：照计"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
labour @P1 employment=未就业 training_wish=1 training_fit=1
training @P8 year=2018
near_miss source=training record_id=registry_person:1 candidate=training:1
registry_person @P2 #H1 household_no=H1
labour @P2 employment=未就业 training_wish=1 training_fit=1
near_miss source=training record_id=registry_person:2 candidate=training:1 likely=0
registry_person @P3 #H1 household_no=H1
labour @P3 employment=未就业 training_wish=1 training_fit=1
near_miss source=insurance record_id=registry_person:3 candidate=training:1
registry_person @P4 #H1 household_no=H1
labour @P4 employment=未就业 training_wish=1 training_fit=1
training @P4 year=2018
near_miss source=training record_id=registry_person:4 candidate=training:1
registry_person @P5 #H1 household_no=H1
labour @P5 employment=未就业 training_wish=1 training_fit=1
near_miss source=training record_id=registry_person:5 candidate=training:1
registry_person @P6 #H1 household_no=H1
labour @P6 employment=未就业 training_wish=1 training_fit=1
training @P6 year=2019
"""
expect = ["- 410600 1/4", "- 410621 1/4", "- 410621100 1/4", "- 410621100200 1/4"]
*/
-- Whoever probably stands in the list under other particulars is to be confirmed first: he is counted neither way.
WITH likely AS (
    SELECT DISTINCT n.person_id
    FROM near_miss n
    WHERE n.source = 'training' AND n.likely = 1
),
trained AS (
    SELECT DISTINCT t.person_id
    FROM training t
    CROSS JOIN parameter q
    WHERE t.year >= q.service_from_year AND t.year <= q.year
)
SELECT
    p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN t.person_id IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator,
    q.training_target_permille * 10 AS target
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN labour l ON l.person_id = p.person_id
JOIN registry_household h ON h.household_no = p.household_no
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
CROSS JOIN parameter q
LEFT JOIN trained t ON t.person_id = p.person_id
LEFT JOIN likely y ON y.person_id = p.person_id
WHERE (t.person_id IS NOT NULL OR y.person_id IS NULL) AND l.employment <> '转移就业' AND l.training_wish = 1 AND l.training_fit = 1
