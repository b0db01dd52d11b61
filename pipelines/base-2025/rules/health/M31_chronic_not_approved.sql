/*
code = "M31"
title = "长期慢性病没有认定两病、慢特病"
why = "慢性病人没有认定，门诊用药不能报销，负担容易加重。"
policy = { clause = "三(三)", quote = "高血压、糖尿病患者落实门诊用药保障，慢特病患者及时认定" }
owner = "医保局"
severity = "S2"
subject = "person"
sources = ["registry_household", "registry_person", "chronic_approval"]
optional_sources = ["deceased", "moved"]
columns = ["registry_person.health"]
absent_from = [{ list = "chronic_approval", of = "registry_person", rows = "chronic_holder" }]
due_days = 30
advice = [
    "由家庭医生核实病种，协助认定",
    "不属于两病、慢特病病种的更正登记",
]
message = "{household_type}的成员，健康状况为长期慢性病，没有两病、慢特病认定。"

[[example]]
case = "没有认定、认定已注销：列为疑点"
given = """
registry_household #H1
registry_person @P1 #H1 health=长期慢性病
registry_person @P2 #H1 health=长期慢性病
chronic_approval @P2 status=注销
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "已认定、状态没有填写、健康、去世、迁出市外：不列；健康状况看不清：不判断"
given = """
registry_household #H1
registry_person @P1 #H1 health=长期慢性病
chronic_approval @P1 kind=高血压
registry_person @P2 #H1 health=长期慢性病
chronic_approval @P2 status=NULL
registry_person @P3 #H1 health=健康
registry_person @P4 #H1 health=长期慢性病
deceased @P4
registry_person @P5 #H1 health=长期慢性病
moved @P5
registry_person @P6 #H1 health=?
"""
expect = []
undecided = ["P6"]
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, h.household_type AS household_type
FROM current_person p
JOIN registry_household h ON h.household_no = p.household_no
ANTI JOIN chronic_holder c ON c.person_id = p.person_id
ANTI JOIN moved_away m ON m.person_id = p.person_id
WHERE p.health = '长期慢性病'
