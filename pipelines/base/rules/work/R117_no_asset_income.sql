/*
code = "R117"
title = "因残致贫户无资产收益"
why = "因残致贫的家庭应享受资产收益扶贫，本年度没有资产收益。"
policy = { clause = "二(三)3", quote = "推进因残致贫家庭更好地享受资产收益扶贫政策" }
owner = "扶贫办"
severity = "S4"
subject = "household"
sources = ["registry_household", "registry_person", "industry_support"]
optional_sources = ["deceased", "insurance"]
absent_from = [{ list = "industry_support" }]
due_days = 60
advice = [
    "对接资产收益项目",
    "已有收益的补登台账",
]
message = "该户因残致贫，本年度没有资产收益。"

[[example]]
case = "没有资产收益、收益为零、在上年：列为疑点"
given = """
registry_household #H1 household_no=H1 cause_primary=因残
registry_household #H2 household_no=H2 cause_primary=因残
registry_person @P2 #H2 household_no=H2
industry_support @P2 year=2018 measure=资产收益 income_fen=0
registry_household #H3 household_no=H3 cause_primary=因残
registry_person @P3 #H3 household_no=H3
industry_support @P3 year=2017 measure=资产收益 income_fen=100
industry_support @P3 year=2018 measure=种养业 income_fen=100
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2", "H3 <- registry_household:3"]

[[example]]
case = "有收益、其他致贫原因、不再享受政策：不列"
given = """
registry_household #H1 household_no=H1 cause_primary=因残
registry_person @P1 #H1 household_no=H1
industry_support @P1 year=2018 measure=资产收益 income_fen=1
registry_household #H2 household_no=H2 cause_primary=因病
registry_household #H3 household_no=H3 cause_primary=因残 exit_status=已脱贫(不再享受政策)
"""
expect = []

[[example]]
case = "户表登记了财产性收入：不列；登记为零：列为疑点"
given = """
registry_household #H1 household_no=H1 cause_primary=因残 property_income_fen=100000
registry_household #H2 household_no=H2 cause_primary=因残 property_income_fen=0
"""
expect = ["H2"]

[[example]]
case = "在册成员都已登记死亡、都是本季度才识别的户：不列；季度前一天识别、还有人在世的：列为疑点"
given = """
registry_household #H1 household_no=H1 cause_primary=因残
registry_person @P1 #H1 household_no=H1
deceased @P1 death_date=2018-05-01
registry_household #H2 household_no=H2 cause_primary=因残
registry_person @P2 #H2 household_no=H2 identified_date=2018-07-01
registry_household #H3 household_no=H3 cause_primary=因残
registry_person @P3 #H3 household_no=H3 identified_date=2018-06-30
registry_household #H4 household_no=H4 cause_primary=因残
registry_person @P4 #H4 household_no=H4
deceased @P4 death_date=2018-05-01
registry_person @P5 #H4 household_no=H4
"""
expect = ["H3", "H4"]

[[example]]
case = "收益在次年：列为疑点"
given = """
registry_household #H1 household_no=H1 cause_primary=因残
registry_person @P1 #H1 household_no=H1
industry_support @P1 year=2019 measure=资产收益 income_fen=100
"""
expect = ["H1"]
*/
WITH shared AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN industry_support s ON s.person_id = p.person_id
    CROSS JOIN parameter q
    WHERE s.year >= q.service_from_year AND s.year <= q.year AND s.measure = '资产收益' AND s.income_fen > 0
)
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
ANTI JOIN waiting_household waiting ON waiting.household_no = h.household_no
LEFT JOIN shared s ON s.household_no = h.household_no
WHERE h.cause_primary = '因残' AND s.household_no IS NULL AND (h.property_income_fen IS NULL OR h.property_income_fen <= 0)
