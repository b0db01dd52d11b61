/*
code = "R41b"
title = "慢病签约服务率"
why = "慢病人员由家庭医生签约管理，2018年95%以上，2019年覆盖全部。"
policy = { clause = "二(三)1", quote = "慢病签约服务率达到95%以上" }
owner = "卫生健康委员会"
severity = "S4"
subject = "unit"
sources = ["registry_person", "family_doctor", "chronic_approval"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [{ list = "family_doctor" }]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { contracts = "慢病人员中本年签约的比例" }

[[example]]
case = "登记慢病、慢特病备案有效的计入；本年签约才算"
given = """
registry_person @P1 health=长期慢性病
family_doctor @P1 year=2018
registry_person @P2
chronic_approval @P2
registry_person @P3 health=长期慢性病
family_doctor @P3 year=2017
registry_person @P4
family_doctor @P4 year=2018
registry_person @P5
chronic_approval @P5 status=终止
registry_person @P6
chronic_approval @P6
"""
expect = ["contracts 410600 1/4", "contracts 410621 1/4", "contracts 410621100 1/4", "contracts 410621100200 1/4"]

[[example]]
case = "常年在外务工的不计；务工半年以内的照计"
given = """
registry_person @P1 health=长期慢性病 work_months=7
registry_person @P2 health=长期慢性病 work_months=6
registry_person @P3 health=长期慢性病 person_status=死亡
"""
expect = ["contracts 410600 0/1", "contracts 410621 0/1", "contracts 410621100 0/1", "contracts 410621100200 0/1"]

[[example]]
case = "常年在县内务工的照计；在县外的不计"
given = """
registry_person @P1 health=长期慢性病 work_months=7 work_place=县内
registry_person @P2 health=长期慢性病 work_months=7 work_place=省外
"""
expect = ["contracts 410600 0/1", "contracts 410621 0/1", "contracts 410621100 0/1", "contracts 410621100200 0/1"]

[[example]]
case = "本季度才识别的：不计"
given = """
registry_person @P1 health=长期慢性病 identified_date=2018-07-01
family_doctor @P1 year=2018
registry_person @P2 identified_date=2018-07-01
chronic_approval @P2
registry_person @P3 health=长期慢性病 identified_date=2018-07-01
family_doctor @P3 year=2017
registry_person @P4 identified_date=2018-07-01
family_doctor @P4 year=2018
registry_person @P5 identified_date=2018-07-01
chronic_approval @P5 status=终止
registry_person @P6 identified_date=2018-07-01
chronic_approval @P6
"""
expect = []

[[example]]
case = "签约名单里有一条很可能就是本人：先确认，不计；多半不是、别的名单的：照计"
given = """
registry_person @P1 health=长期慢性病
family_doctor @P8 year=2018
near_miss source=family_doctor record_id=registry_person:1 candidate=family_doctor:1
registry_person @P2 health=长期慢性病
near_miss source=family_doctor record_id=registry_person:2 candidate=family_doctor:1 likely=0
registry_person @P3 health=长期慢性病
near_miss source=insurance record_id=registry_person:3 candidate=family_doctor:1
registry_person @P4 health=长期慢性病
family_doctor @P4 year=2018
near_miss source=family_doctor record_id=registry_person:4 candidate=family_doctor:1
registry_person @P5 health=长期慢性病
near_miss source=family_doctor record_id=registry_person:5 candidate=family_doctor:1
registry_person @P6 health=长期慢性病
family_doctor @P6 year=2019
"""
expect = ["contracts 410600 1/4", "contracts 410621 1/4", "contracts 410621100 1/4", "contracts 410621100200 1/4"]
*/
-- Whoever probably stands in the list under other particulars is to be confirmed first: he is counted neither way.
WITH likely AS (
    SELECT DISTINCT n.person_id
    FROM near_miss n
    WHERE n.source = 'family_doctor' AND n.likely = 1
),
signed AS (
    SELECT DISTINCT f.person_id
    FROM family_doctor f
    CROSS JOIN parameter q
    WHERE f.year >= q.service_from_year AND f.year <= q.year
)
SELECT
    'contracts' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN f.person_id IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator,
    q.doctor_contract_target_permille * 10 AS target
FROM contract_due p
CROSS JOIN parameter q
LEFT JOIN signed f ON f.person_id = p.person_id
LEFT JOIN likely y ON y.person_id = p.person_id
WHERE f.person_id IS NOT NULL OR y.person_id IS NULL
