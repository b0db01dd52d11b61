/*
code = "R111b"
title = "帮扶责任人落实率"
why = "每一户都要有帮扶责任人。"
policy = { clause = "三(一)", quote = "选优配强村级脱贫责任组、第一书记、驻村工作队和帮扶责任人" }
owner = "扶贫办"
severity = "S4"
subject = "unit"
sources = ["registry_household"]
optional_sources = ["registry_person", "deceased", "insurance"]
columns = ["registry_household.helper_name"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { helped = "享受政策的建档立卡户中有帮扶责任人的比例" }

[[example]]
case = "没有填的不算；不再享受政策的不计"
given = """
registry_household #H1 helper_name=甲
registry_household #H2
registry_household #H3 exit_status=已脱贫(不再享受政策)
"""
expect = ["helped 410600 1/2", "helped 410621 1/2", "helped 410621100 1/2", "helped 410621100200 1/2"]

[[example]]
case = "都不再享受政策：不计"
given = """
registry_household #H1 helper_name=甲 exit_status=已脱贫(不再享受政策)
"""
expect = []

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
*/
SELECT
    'helped' AS indicator, h.county_code AS county_code, h.township_code AS township_code, h.village_code AS village_code,
    CASE WHEN h.helper_name IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator, q.full_cover_permyriad AS target
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
ANTI JOIN waiting_household waiting ON waiting.household_no = h.household_no
CROSS JOIN parameter q
