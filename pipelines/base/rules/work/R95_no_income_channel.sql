/*
code = "R95"
title = "无稳定增收渠道"
why = "有劳动力的贫困户没有一项稳定增收渠道，脱贫不稳。"
policy = { clause = "二(二)1", quote = "每个贫困户有1-2项稳定增收渠道" }
owner = "扶贫办"
severity = "S2"
subject = "household"
sources = ["registry_household", "registry_person", "labour", "industry_support", "forest_ranger", "dibao", "tekun"]
optional_sources = ["deceased", "insurance"]
absent_from = [
    { list = "industry_support" },
    { list = "forest_ranger" },
    { list = "dibao", rows = "protected_or_granted" },
    { list = "tekun", rows = "protected_or_granted" },
]
due_days = 60
advice = [
    "落实一至两项增收渠道",
    "已有渠道的补登台账",
]
message = "该户有劳动力，没有产业、务工、公益岗位或资产收益等增收渠道。"
related = ["R14"]

[[example]]
case = "没有任何渠道：列为疑点"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 labour_ability=普通劳动力
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2 labour_ability=技能劳动力 work_months=0
industry_support @P2 year=2017
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "有产业、有务工、有岗位、护林员、兜底、没有劳动力、不再享受政策：不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 labour_ability=普通劳动力
industry_support @P1 year=2018
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2 labour_ability=普通劳动力 work_months=1
registry_household #H3 household_no=H3
registry_person @P3 #H3 household_no=H3 labour_ability=普通劳动力
labour @P3 employment=公益性岗位
registry_household #H4 household_no=H4
registry_person @P4 #H4 household_no=H4 labour_ability=普通劳动力
forest_ranger @P4 year=2018
registry_household #H5 household_no=H5
registry_person @P5 #H5 household_no=H5 labour_ability=普通劳动力
dibao @P5 household_no=D5
registry_household #H6 household_no=H6
registry_person @P6 #H6 household_no=H6 labour_ability=无劳动力
registry_household #H7 household_no=H7 exit_status=已脱贫(不再享受政策)
registry_person @P7 #H7 household_no=H7 labour_ability=普通劳动力
"""
expect = []

[[example]]
case = "护林员在上年：列为疑点"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 labour_ability=普通劳动力
forest_ranger @P1 year=2017
"""
expect = ["H1"]

[[example]]
case = "户表登记了财产性收入（资产收益）：不列；登记为零：列为疑点"
given = """
registry_household #H1 household_no=H1 property_income_fen=100000
registry_person @P1 #H1 household_no=H1 labour_ability=普通劳动力
registry_household #H2 household_no=H2 property_income_fen=0
registry_person @P2 #H2 household_no=H2 labour_ability=普通劳动力
"""
expect = ["H2"]

[[example]]
case = "本季度才识别的：不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 labour_ability=普通劳动力 identified_date=2018-07-01
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2 labour_ability=技能劳动力 work_months=0 identified_date=2018-07-01
industry_support @P2 year=2017
"""
expect = []

[[example]]
case = "护林员在次年：列为疑点"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 labour_ability=普通劳动力
forest_ranger @P1 year=2019
"""
expect = ["H1"]
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN registry_household h ON h.household_no = p.household_no
LEFT JOIN income_channel c ON c.household_no = p.household_no
WHERE p.labour_ability IN ('普通劳动力', '技能劳动力') AND c.household_no IS NULL
