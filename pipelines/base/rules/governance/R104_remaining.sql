/*
code = "R104"
title = "未稳定脱贫剩余"
why = "剩余未脱贫人口和返贫人口，2020年底应为零。"
policy = { clause = "一(三)", quote = "确保现行标准下的19702名建档立卡农村贫困人口稳定脱贫,30个贫困村全部达到脱贫标准、退出贫困序列" }
owner = "扶贫办"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_person"]
indicator = true
levels = ["city", "county", "township", "village"]
at_most = ["remaining", "relapsed"]
labels = { remaining = "剩余未脱贫人口", relapsed = "返贫人口" }

[[example]]
case = "未脱贫一人、返贫一人"
given = """
registry_household #H1
registry_person @P1 #H1
registry_household #H2 exit_status=返贫
registry_person @P2 #H2
"""
expect = ["remaining 410600 1", "remaining 410621 1", "remaining 410621100 1", "remaining 410621100200 1", "relapsed 410600 1", "relapsed 410621 1", "relapsed 410621100 1", "relapsed 410621100200 1"]

[[example]]
case = "已脱贫、已不在册：不计"
given = """
registry_household #H1 exit_status=已脱贫(享受政策)
registry_person @P1 #H1
registry_household #H2
registry_person @P2 #H2 person_status=死亡
"""
expect = []
*/
SELECT
    CASE WHEN h.exit_status = '返贫' THEN 'relapsed' ELSE 'remaining' END AS indicator,
    p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    1 AS numerator, q.poor_remaining_target AS target
FROM poor_person p
JOIN registry_household h ON h.household_no = p.household_no
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
CROSS JOIN parameter q
