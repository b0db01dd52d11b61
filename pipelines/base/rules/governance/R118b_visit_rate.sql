/*
code = "R118b"
title = "乡村书记遍访贫困户比例"
why = "乡镇党委书记和村党组织书记要走访到每一户。"
policy = { clause = "三(二)", quote = "乡镇党委书记和村党组织书记遍访贫困户" }
owner = "乡镇人民政府"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_person", "visit"]
optional_sources = ["deceased", "insurance"]
absent_from = [{ list = "visit", of = "registry_person" }]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { visited = "享受政策的建档立卡户中已走访的比例" }

[[example]]
case = "乡镇书记、村书记走访到任一成员即算；季末以后的、其他人走访的不算"
given = """
registry_household #H1
registry_person @P1 #H1
visit @P1 visitor=村书记 visit_date=2018-09-30
registry_household #H2
registry_person @P2 #H2
visit @P2 visitor=乡镇书记 visit_date=2018-10-01
registry_household #H3
registry_person @P3 #H3
visit @P3 visitor=县委书记 visit_date=2018-09-01
registry_household #H4
registry_person @P4 #H4
visit @P4 visitor=乡镇书记 visit_date=2018-08-01
registry_household #H5 exit_status=已脱贫(不再享受政策)
registry_person @P5 #H5
"""
expect = ["visited 410600 2/4", "visited 410621 2/4", "visited 410621100 2/4", "visited 410621100200 2/4"]

[[example]]
case = "不在册的成员：不算走访到"
given = """
registry_household #H1
registry_person @P1 #H1 person_status=死亡
visit @P1 visitor=村书记 visit_date=2018-09-01
"""
expect = ["visited 410600 0/1", "visited 410621 0/1", "visited 410621100 0/1", "visited 410621100200 0/1"]

[[example]]
case = "在册成员都已登记死亡、都是本季度才识别的户：不计"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
deceased @P1 death_date=2018-05-01
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2 identified_date=2018-07-01
"""
expect = []

[[example]]
case = "上半年：上年走访的还算，更早的不算"
given = """
parameter service_from_year=2017
registry_household #H1
registry_person @P1 #H1
visit @P1 visitor=村书记 visit_date=2017-06-01
registry_household #H2
registry_person @P2 #H2
visit @P2 visitor=村书记 visit_date=2016-06-01
"""
expect = ["visited 410600 1/2", "visited 410621 1/2", "visited 410621100 1/2", "visited 410621100200 1/2"]

[[example]]
case = "下半年：上年走访的不算"
given = """
registry_household #H1
registry_person @P1 #H1
visit @P1 visitor=村书记 visit_date=2017-06-01
"""
expect = ["visited 410600 0/1", "visited 410621 0/1", "visited 410621100 0/1", "visited 410621100200 0/1"]

[[example]]
case = "走访名单里有一条很可能就是某一成员：先确认，户不计；多半不是、别的名单的：照计"
given = """
registry_household #H1
registry_person @P1 #H1
visit @P8 visitor=村书记 visit_date=2018-05-01
near_miss source=visit record_id=registry_person:1 candidate=visit:1
registry_household #H2
registry_person @P2 #H2
near_miss source=visit record_id=registry_person:2 candidate=visit:1 likely=0
registry_household #H3
registry_person @P3 #H3
near_miss source=insurance record_id=registry_person:3 candidate=visit:1
registry_household #H4
registry_person @P4 #H4
visit @P4 visitor=村书记 visit_date=2018-05-01
near_miss source=visit record_id=registry_person:4 candidate=visit:1
registry_household #H5
registry_person @P5 #H5
near_miss source=visit record_id=registry_person:5 candidate=visit:1
"""
expect = ["visited 410600 1/3", "visited 410621 1/3", "visited 410621100 1/3", "visited 410621100200 1/3"]
*/
-- Whoever probably stands in the list under other particulars is to be confirmed first: he is counted neither way.
WITH likely AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN near_miss n ON n.person_id = p.person_id
    WHERE n.source = 'visit' AND n.likely = 1
),
seen AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN visit v ON v.person_id = p.person_id
    CROSS JOIN parameter q
    WHERE v.visitor IN ('乡镇书记', '村书记') AND v.visit_date <= q.quarter_end
        AND (v.visit_date >= q.year_start OR (q.service_from_year < q.year AND v.visit_date >= q.last_year_start))
)
SELECT
    'visited' AS indicator, h.county_code AS county_code, h.township_code AS township_code, h.village_code AS village_code,
    CASE WHEN s.household_no IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator, q.full_cover_permyriad AS target
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
ANTI JOIN waiting_household waiting ON waiting.household_no = h.household_no
CROSS JOIN parameter q
LEFT JOIN seen s ON s.household_no = h.household_no
LEFT JOIN likely y ON y.household_no = h.household_no
WHERE s.household_no IS NOT NULL OR y.household_no IS NULL
