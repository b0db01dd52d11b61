/*
code = "R106b"
title = "因病、因残致贫人口占比"
why = "2017年底因病、因残致贫占71.29%，是兜底和健康扶贫投入的依据。"
policy = { clause = "序言", quote = "全市未脱贫贫困人口中,因病、因残致贫的比例高达71.29%" }
owner = "扶贫办"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_person"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { ill_or_disabled = "未脱贫人口中因病、因残致贫的比例（2017年底为71.29%）" }

[[example]]
case = "按户的主要致贫原因计到人；已脱贫的不计"
given = """
registry_household #H1 cause_primary=因病
registry_person @P1 #H1
registry_person @P2 #H1
registry_household #H2 cause_primary=因残 exit_status=返贫
registry_person @P3 #H2
registry_household #H3 cause_primary=缺技术 exit_status=预脱贫
registry_person @P4 #H3
registry_household #H4 cause_primary=因病 exit_status=已脱贫(享受政策)
registry_person @P5 #H4
registry_person @P6 #H1 person_status=死亡
"""
expect = ["ill_or_disabled 410600 3/4", "ill_or_disabled 410621 3/4", "ill_or_disabled 410621100 3/4", "ill_or_disabled 410621100200 3/4"]

[[example]]
case = "都已脱贫：不计"
given = """
registry_household #H1 cause_primary=因病 exit_status=已脱贫(享受政策)
registry_person @P1 #H1
"""
expect = []
*/
SELECT
    'ill_or_disabled' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN h.cause_primary IN ('因病', '因残') THEN 1 ELSE 0 END AS numerator, 1 AS denominator
FROM poor_person p
JOIN registry_household h ON h.household_no = p.household_no
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
