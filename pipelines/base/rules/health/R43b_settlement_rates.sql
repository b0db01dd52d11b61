/*
code = "R43b"
title = "报销比例、一站式结算、先诊疗后付费"
why = "三项都按结算数据计算：门诊病种报销到85%，县域内住院一站式结算、不收押金。"
policy = { clause = "二(三)1", quote = "政策范围内医疗费用报销比例提高到85%" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S4"
subject = "unit"
sources = ["registry_person", "settlement"]
optional_sources = ["registry_household"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { reimbursed = "门诊慢特病政策范围内费用报销比例", one_stop = "县域内住院一站式结算的比例", no_deposit = "县域内定点住院没有收押金的比例" }

[[example]]
case = "报销比例按金额计；封顶的、住院的不计"
given = """
registry_person @P1
settlement @P1 kind=门诊慢特病 compliant_fen=10000 reimbursed_fen=8000
settlement @P1 kind=门诊慢特病 compliant_fen=30000 reimbursed_fen=30000 capped=0
settlement @P1 kind=门诊慢特病 compliant_fen=50000 reimbursed_fen=10000 capped=1
settlement @P1 kind=住院 compliant_fen=70000 reimbursed_fen=10000 in_county=0
settlement @P2 kind=门诊慢特病 compliant_fen=10000 reimbursed_fen=1000
"""
expect = ["reimbursed 410600 38000/40000", "reimbursed 410621 38000/40000", "reimbursed 410621100 38000/40000", "reimbursed 410621100200 38000/40000"]

[[example]]
case = "一站式：县域内住院；系统故障手工结算的不计"
given = """
registry_person @P1
settlement @P1 kind=住院 in_county=1 one_stop=1 designated=0
settlement @P1 kind=住院 in_county=1 one_stop=0 manual_reason=未联网 designated=0
settlement @P1 kind=住院 in_county=1 one_stop=0 manual_reason=系统故障 designated=0
settlement @P1 kind=住院 in_county=0 one_stop=0
settlement @P1 kind=门诊慢特病 in_county=1 one_stop=0 compliant_fen=0 reimbursed_fen=0 capped=1
settlement @P2 kind=住院 in_county=1 one_stop=0
"""
expect = ["one_stop 410600 1/2", "one_stop 410621 1/2", "one_stop 410621100 1/2", "one_stop 410621100200 1/2"]

[[example]]
case = "押金：县域内定点住院；第三方责任的不计"
given = """
registry_person @P1
settlement @P1 kind=住院 in_county=1 designated=1 deposit_fen=0 manual_reason=系统故障
settlement @P1 kind=住院 in_county=1 designated=1 deposit_fen=50000 third_party=0 manual_reason=系统故障
settlement @P1 kind=住院 in_county=1 designated=1 deposit_fen=50000 third_party=1 manual_reason=系统故障
settlement @P1 kind=住院 in_county=1 designated=0 deposit_fen=50000 manual_reason=系统故障
settlement @P1 kind=住院 in_county=0 designated=1 deposit_fen=50000
settlement @P1 kind=门诊慢特病 in_county=1 designated=1 deposit_fen=50000 capped=1
settlement @P2 kind=住院 in_county=1 designated=1 deposit_fen=50000
"""
expect = ["no_deposit 410600 1/2", "no_deposit 410621 1/2", "no_deposit 410621100 1/2", "no_deposit 410621100200 1/2"]

[[example]]
case = "一站式：网络故障、系统升级、停电手工结算的不计"
given = """
registry_person @P1
settlement @P1 settlement_no=S1 kind=住院 in_county=1 one_stop=0 designated=0 manual_reason=网络故障
registry_person @P2
settlement @P2 settlement_no=S2 kind=住院 in_county=1 one_stop=0 designated=0 manual_reason=系统升级
registry_person @P3
settlement @P3 settlement_no=S3 kind=住院 in_county=1 one_stop=0 designated=0 manual_reason=医院停电
"""
expect = []

[[example]]
case = "不再享受政策的户：不计"
given = """
registry_household #Z1 household_no=Z1 exit_status=已脱贫(不再享受政策)
registry_person @P1 household_no=Z1
settlement @P1 kind=门诊慢特病 compliant_fen=10000 reimbursed_fen=8000
settlement @P1 kind=门诊慢特病 compliant_fen=30000 reimbursed_fen=30000 capped=0
settlement @P1 kind=门诊慢特病 compliant_fen=50000 reimbursed_fen=10000 capped=1
settlement @P1 kind=住院 compliant_fen=70000 reimbursed_fen=10000 in_county=0
settlement @P2 kind=门诊慢特病 compliant_fen=10000 reimbursed_fen=1000
"""
expect = []
*/
SELECT
    'reimbursed' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    s.reimbursed_fen AS numerator, s.compliant_fen AS denominator, q.outpatient_share_permille * 10 AS target
FROM settlement s
JOIN poor_person p ON p.person_id = s.person_id
ANTI JOIN released_household z ON z.household_no = p.household_no
CROSS JOIN parameter q
WHERE s.kind = '门诊慢特病' AND (s.capped IS NULL OR s.capped = 0)
UNION ALL
SELECT
    'one_stop' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CAST(CASE WHEN s.one_stop = 1 THEN 1 ELSE 0 END AS BIGINT) AS numerator, CAST(1 AS BIGINT) AS denominator,
    q.full_cover_permyriad AS target
FROM settlement s
JOIN poor_person p ON p.person_id = s.person_id
ANTI JOIN released_household z ON z.household_no = p.household_no
CROSS JOIN parameter q
WHERE s.kind = '住院' AND s.in_county = 1 AND (s.manual_reason IS NULL OR (s.manual_reason NOT LIKE '%故障%' AND s.manual_reason NOT LIKE '%系统%' AND s.manual_reason NOT LIKE '%停电%'))
UNION ALL
SELECT
    'no_deposit' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CAST(CASE WHEN s.deposit_fen > 0 THEN 0 ELSE 1 END AS BIGINT) AS numerator, CAST(1 AS BIGINT) AS denominator,
    q.full_cover_permyriad AS target
FROM settlement s
JOIN poor_person p ON p.person_id = s.person_id
ANTI JOIN released_household z ON z.household_no = p.household_no
CROSS JOIN parameter q
WHERE s.kind = '住院' AND s.in_county = 1 AND s.designated = 1 AND (s.third_party IS NULL OR s.third_party = 0)
