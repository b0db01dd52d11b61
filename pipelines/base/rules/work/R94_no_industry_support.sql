/*
code = "R94"
title = "产业帮扶未覆盖"
why = "有劳动能力、有发展意愿的贫困户本年度没有产业帮扶措施。"
policy = { clause = "二(二)1", quote = "实现对有劳动能力和发展意愿的贫困人口产业帮扶全覆盖" }
owner = "农业局"
severity = "S2"
subject = "household"
sources = ["registry_household", "registry_person", "labour", "industry_support"]
optional_sources = ["deceased", "insurance"]
absent_from = [{ list = "industry_support", of = "labour" }]
due_days = 60
advice = [
    "与户主商定适合的产业项目",
    "已选择就业帮扶的登记说明",
]
message = "该户有劳动力愿意发展产业，本年度没有产业帮扶措施。"
related = ["R14"]

[[example]]
case = "有意愿没有措施、只有上年措施：列为疑点"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
labour @P1 business_wish=1 employment=务农
registry_household #H2 household_no=H2 exit_status=返贫
registry_person @P2 #H2 household_no=H2
labour @P2 business_wish=1 ability=技能劳动力
industry_support @P2 year=2017
"""
expect = ["H1 <- registry_household:1 labour:1", "H2 <- registry_household:2 labour:2"]

[[example]]
case = "家人有措施、有就业、没有意愿、没有劳动力、已脱贫：不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
labour @P1 business_wish=1
registry_person @P9 #H1 household_no=H1
industry_support @P9 year=2018
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2
labour @P2 business_wish=1 employment=未就业
registry_person @P8 #H2 household_no=H2
labour @P8 employment=转移就业
registry_household #H3 household_no=H3
registry_person @P3 #H3 household_no=H3
labour @P3 business_wish=0
registry_household #H4 household_no=H4
registry_person @P4 #H4 household_no=H4
labour @P4 business_wish=1 ability=无劳动力
registry_household #H5 household_no=H5 exit_status=已脱贫(享受政策)
registry_person @P5 #H5 household_no=H5
labour @P5 business_wish=1
"""
expect = []

[[example]]
case = "本季度才识别的：不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 identified_date=2018-07-01
labour @P1 business_wish=1 employment=务农
registry_household #H2 household_no=H2 exit_status=返贫
registry_person @P2 #H2 household_no=H2 identified_date=2018-07-01
labour @P2 business_wish=1 ability=技能劳动力
industry_support @P2 year=2017
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id || ';' || l.record_id AS evidence
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN labour l ON l.person_id = p.person_id
JOIN registry_household h ON h.household_no = p.household_no
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
LEFT JOIN supported_household s ON s.household_no = p.household_no
LEFT JOIN working_household w ON w.household_no = p.household_no
WHERE l.business_wish = 1 AND l.ability IN ('普通劳动力', '技能劳动力')
    AND s.household_no IS NULL AND w.household_no IS NULL
