/*
code = "R41"
title = "慢病未签约"
why = "慢病患者应有家庭医生签约服务，本年度没有签约。"
policy = { clause = "二(三)1", quote = "慢病签约服务率达到95%以上" }
owner = "卫生健康委员会"
severity = "S2"
subject = "person"
sources = ["registry_person", "family_doctor", "chronic_approval"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [{ list = "family_doctor" }]
due_days = 30
advice = [
    "由乡镇卫生院上门签约",
    "长期外出的登记说明",
]
message = "患有慢性病，本年度没有家庭医生签约。"
related = ["R14"]

[[example]]
case = "登记慢病、医保有慢病备案，没有本年签约：列为疑点"
given = """
registry_person @P1 health=长期慢性病
registry_person @P2 health=健康
chronic_approval @P2
registry_person @P3 health=长期慢性病 work_months=6
family_doctor @P3 year=2017
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2", "P3 <- registry_person:3"]

[[example]]
case = "已签约、健康、备案终止、长期外出：不列"
given = """
registry_person @P1 health=长期慢性病
family_doctor @P1 year=2018
registry_person @P2 health=健康
registry_person @P3 health=健康
chronic_approval @P3 status=终止
registry_person @P4 health=长期慢性病 work_months=7
registry_person @P5 health=长期慢性病 person_status=死亡
"""
expect = []

[[example]]
case = "常年在县内务工（人在家，能签约）：列为疑点；在县外：不列"
given = """
registry_person @P1 health=长期慢性病 work_months=7 work_place=乡(镇)外县内
registry_person @P2 health=长期慢性病 work_months=7 work_place=省外
"""
expect = ["P1"]

[[example]]
case = "两种并填（“长期慢性病、残疾”）：慢病未签约仍列；不再享受政策、公安登记死亡、本季度才识别的：不列"
given = """
registry_person @P1 health=长期慢性病、残疾
registry_household @P2 #H2 household_no=H2 exit_status=已脱贫(不再享受政策)
registry_person @P2 #H2 household_no=H2 health=长期慢性病
registry_person @P3 health=长期慢性病
deceased @P3 death_date=2018-05-01
registry_person @P4 health=长期慢性病 identified_date=2018-09-20
"""
expect = ["P1"]

[[example]]
case = "上半年：上年签约的还算，更早的、下年的不算"
given = """
parameter service_from_year=2017
registry_person @P1 health=长期慢性病
family_doctor @P1 year=2017
registry_person @P2 health=长期慢性病
family_doctor @P2 year=2016
registry_person @P3 health=长期慢性病
family_doctor @P3 year=2019
"""
expect = ["P2", "P3"]
*/
WITH signed AS (
    SELECT DISTINCT f.person_id
    FROM family_doctor f
    CROSS JOIN parameter q
    WHERE f.year >= q.service_from_year AND f.year <= q.year
)
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM contract_due p
LEFT JOIN signed f ON f.person_id = p.person_id
WHERE f.person_id IS NULL
