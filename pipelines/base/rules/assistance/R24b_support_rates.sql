/*
code = "R24b"
title = "特困供养：委托照料签订率、集中供养率"
why = "分散供养要签委托照料协议；失能、半失能的优先集中供养。"
policy = { clause = "二(一)2", quote = "完善分散供养特困人员委托照料制度" }
owner = "民政局"
severity = "S4"
subject = "unit"
sources = ["tekun"]
optional_sources = ["deceased", "insurance", "registry_person"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { agreements = "分散供养人员中签订委托照料协议的比例", central = "失能、半失能特困人员中集中供养的比例" }

[[example]]
case = "协议只看分散供养；集中供养率只看失能、半失能"
given = """
tekun @P1 support_mode=分散 agreement=1 self_care=全自理
tekun @P2 support_mode=分散 agreement=0 self_care=全自理
tekun @P3 support_mode=集中 agreement=0 self_care=全护理
tekun @P4 support_mode=分散 agreement=0 self_care=半护理
tekun @P5 support_mode=集中 agreement=0 self_care=全自理
"""
expect = ["agreements 410600 1/3", "agreements 410621 1/3", "agreements 410621100 1/3", "agreements 410621100200 1/3", "central 410600 1/2", "central 410621 1/2", "central 410621100 1/2", "central 410621100200 1/2"]

[[example]]
case = "下季度才起的不计"
given = """
tekun @P1 support_mode=分散 agreement=1 self_care=全护理 start_month=201810
"""
expect = []
*/
SELECT
    'agreements' AS indicator, t.county_code AS county_code, t.township_code AS township_code, t.village_code AS village_code,
    CASE WHEN t.agreement = 1 THEN 1 ELSE 0 END AS numerator, 1 AS denominator, q.full_cover_permyriad AS target
FROM tekun_due t
CROSS JOIN parameter q
WHERE t.support_mode = '分散'
UNION ALL
SELECT
    'central' AS indicator, t.county_code AS county_code, t.township_code AS township_code, t.village_code AS village_code,
    CASE WHEN t.support_mode = '集中' THEN 1 ELSE 0 END AS numerator, 1 AS denominator, NULL AS target
FROM tekun_due t
WHERE t.self_care IN ('半护理', '全护理')
