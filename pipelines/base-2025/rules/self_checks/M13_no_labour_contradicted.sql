/*
code = "M13"
title = "登记整户无劳动力，成员却有劳动力"
why = "劳动力登记前后不一，帮扶措施会选错。"
policy = { clause = "一(八)", quote = "联系方式、务工、劳动能力等如实填写" }
owner = "农业农村局"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
optional_sources = ["student", "deceased"]
columns = ["registry_household.no_labour"]
due_days = 30
advice = [
    "核实后更正劳动能力或整户标识",
]
message = "登记为整户无劳动力，有成员登记为普通或技能劳动力。"

[[example]]
case = "有一个劳动力：列为疑点"
given = """
registry_household #H1 no_labour=1
registry_person @P1 #H1 labour_ability=普通劳动力 age=40
"""
expect = ["H1 <- registry_household:1 registry_person:1"]

[[example]]
case = "有劳动力的户、老人、少年、弱劳动力、在读学生、去世的：不列；年龄界限两端：列为疑点"
given = """
registry_household #H1 no_labour=0
registry_person @P1 #H1 labour_ability=普通劳动力 age=40
registry_household #H2 no_labour=1
registry_person @P2 #H2 labour_ability=普通劳动力 age=60
registry_person @P3 #H2 labour_ability=普通劳动力 age=15
registry_person @P4 #H2 labour_ability=弱劳动力或半劳动力 age=40
registry_person @P5 #H2 labour_ability=技能劳动力 age=20
student @P5 stage=高校
registry_person @P6 #H2 labour_ability=普通劳动力 age=40
deceased @P6
registry_household #H3 no_labour=1
registry_person @P7 #H3 labour_ability=技能劳动力 age=16
registry_household #H4 no_labour=1
registry_person @P8 #H4 labour_ability=普通劳动力 age=59
"""
expect = ["H3", "H4"]
*/
WITH hit AS (
    SELECT h.household_id, h.record_id AS household_record, p.record_id AS person_record
    FROM registry_household h
    JOIN worker p ON p.household_no = h.household_no
    WHERE h.no_labour = 1
)
SELECT i.household_id AS subject_id, i.household_record AS evidence, 0 AS evidence_order FROM hit i
UNION ALL
SELECT i.household_id AS subject_id, i.person_record AS evidence, 1 AS evidence_order FROM hit i
