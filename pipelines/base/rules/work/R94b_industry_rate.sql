/*
code = "R94b"
title = "产业帮扶覆盖率"
why = "有劳动能力和发展意愿的贫困户都要有产业帮扶。"
policy = { clause = "二(二)1", quote = "实现对有劳动能力和发展意愿的贫困人口产业帮扶全覆盖" }
owner = "农业局"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_person", "labour", "industry_support"]
optional_sources = ["deceased", "insurance"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { supported = "有劳动能力和发展意愿的未脱贫户中有产业帮扶或稳定就业的比例" }

[[example]]
case = "有帮扶或有人就业的算覆盖；一户只计一次"
given = """
registry_household #H1
registry_person @P1 #H1
registry_person @P2 #H1
labour @P1 business_wish=1
labour @P2 business_wish=1 ability=技能劳动力
registry_household #H2
registry_person @P3 #H2
labour @P3 business_wish=1
industry_support @P3 year=2018
registry_household #H3
registry_person @P4 #H3
labour @P4 business_wish=1 employment=转移就业
"""
expect = ["supported 410600 2/3", "supported 410621 2/3", "supported 410621100 2/3", "supported 410621100200 2/3"]

[[example]]
case = "没有意愿、没有能力、已脱贫的不计；返贫的照计"
given = """
registry_household #H1
registry_person @P1 #H1
labour @P1 business_wish=0
registry_household #H2
registry_person @P2 #H2
labour @P2 business_wish=1 ability=无劳动力
registry_household #H3 exit_status=已脱贫(享受政策)
registry_person @P3 #H3
labour @P3 business_wish=1
registry_household #H4 exit_status=返贫
registry_person @P4 #H4
labour @P4 business_wish=1
"""
expect = ["supported 410600 0/1", "supported 410621 0/1", "supported 410621100 0/1", "supported 410621100200 0/1"]

[[example]]
case = "本季度才识别的：不计"
given = """
registry_household #H1
registry_person @P1 #H1 identified_date=2018-07-01
registry_person @P2 #H1 identified_date=2018-07-01
labour @P1 business_wish=1
labour @P2 business_wish=1 ability=技能劳动力
registry_household #H2
registry_person @P3 #H2 identified_date=2018-07-01
labour @P3 business_wish=1
industry_support @P3 year=2018
registry_household #H3
registry_person @P4 #H3 identified_date=2018-07-01
labour @P4 business_wish=1 employment=转移就业
"""
expect = []
*/
WITH willing AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
    JOIN labour l ON l.person_id = p.person_id
    JOIN registry_household h ON h.household_no = p.household_no
    SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
    WHERE l.business_wish = 1 AND l.ability IN ('普通劳动力', '技能劳动力')
)
SELECT
    'supported' AS indicator, m.county_code AS county_code, m.township_code AS township_code, m.village_code AS village_code,
    CASE WHEN s.household_no IS NOT NULL OR w.household_no IS NOT NULL THEN 1 ELSE 0 END AS numerator, 1 AS denominator,
    q.full_cover_permyriad AS target
FROM willing b
JOIN registry_home m ON m.household_no = b.household_no
CROSS JOIN parameter q
LEFT JOIN supported_household s ON s.household_no = b.household_no
LEFT JOIN working_household w ON w.household_no = b.household_no
