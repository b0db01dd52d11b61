/*
code = "R95b"
title = "有稳定增收渠道的贫困户比例"
why = "到2020年每个贫困户有1—2项稳定增收渠道；没有渠道的户由R95列出。"
policy = { clause = "二(二)1", quote = "每个贫困户有1-2项稳定增收渠道" }
owner = "扶贫办"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_person", "labour", "industry_support", "forest_ranger", "dibao", "tekun"]
optional_sources = ["deceased", "insurance"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { channel = "有劳动力的享受政策户中有增收渠道的比例" }

[[example]]
case = "一户有产业、一户没有：一半；没有劳动力、不再享受政策、本季度才识别的不计"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 labour_ability=普通劳动力
industry_support @P1 year=2018
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2 labour_ability=技能劳动力 work_months=0
registry_person @P8 #H2 household_no=H2 labour_ability=普通劳动力 work_months=0
registry_household #H3 household_no=H3
registry_person @P3 #H3 household_no=H3 labour_ability=无劳动力
registry_household #H4 household_no=H4 exit_status=已脱贫(不再享受政策)
registry_person @P4 #H4 household_no=H4 labour_ability=普通劳动力
registry_household #H5 household_no=H5
registry_person @P5 #H5 household_no=H5 labour_ability=普通劳动力 identified_date=2018-07-01
"""
expect = ["channel 410600 1/2", "channel 410621 1/2", "channel 410621100 1/2", "channel 410621100200 1/2"]

[[example]]
case = "务工、岗位、护林员、兜底、资产收益都算渠道；上年的护林员不算"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 labour_ability=普通劳动力 work_months=1
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2 labour_ability=普通劳动力
labour @P2 employment=公益性岗位
registry_household #H3 household_no=H3
registry_person @P3 #H3 household_no=H3 labour_ability=普通劳动力
forest_ranger @P3 year=2018
registry_household #H4 household_no=H4
registry_person @P4 #H4 household_no=H4 labour_ability=普通劳动力
dibao @P4 household_no=D4
registry_household #H5 household_no=H5 property_income_fen=1
registry_person @P5 #H5 household_no=H5 labour_ability=普通劳动力
registry_household #H6 household_no=H6 property_income_fen=0
registry_person @P6 #H6 household_no=H6 labour_ability=普通劳动力
forest_ranger @P6 year=2017
registry_household #H7 household_no=H7
registry_person @P7 #H7 household_no=H7 labour_ability=普通劳动力
forest_ranger @P7 year=2019
"""
expect = ["channel 410600 5/7", "channel 410621 5/7", "channel 410621100 5/7", "channel 410621100200 5/7"]
*/
WITH able AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
    WHERE p.labour_ability IN ('普通劳动力', '技能劳动力')
)
SELECT
    'channel' AS indicator, h.county_code AS county_code, h.township_code AS township_code, h.village_code AS village_code,
    CASE WHEN c.household_no IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator, q.full_cover_permyriad AS target
FROM registry_household h
SEMI JOIN able a ON a.household_no = h.household_no
CROSS JOIN parameter q
LEFT JOIN income_channel c ON c.household_no = h.household_no
