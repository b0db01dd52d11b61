/*
code = "M34"
title = "有劳动力的监测户三个月无人就业"
why = "有劳动能力的监测户三个月没有一人就业，开发式帮扶没有落实。"
policy = { clause = "一(三)", quote = "有劳动能力的至少落实一项开发式帮扶" }
owner = "人社局"
severity = "S2"
subject = "household"
sources = ["registry_household", "registry_person", "employment"]
optional_sources = ["student", "deceased"]
absent_from = [{ list = "employment", of = "registry_person", rows = "worked_3" }]
due_days = 30
advice = [
    "问清没有就业的原因，送岗位、公益性岗位或产业帮扶",
    "在外就业的补录",
]
message = "{household_type}，家中有劳动力，近三个月没有就业记录。"

[[example]]
case = "三个月没有人就业：列为疑点；去年十二月就业的不算"
given = """
registry_household #H1
registry_person @P1 #H1 labour_ability=普通劳动力 age=40
employment @P1 month=202412
"""
expect = ["H1 <- registry_person:1"]

[[example]]
case = "一人一月就业、没有劳动力、脱贫户、已消除、学生：不列"
given = """
registry_household #H1
registry_person @P1 #H1 labour_ability=普通劳动力 age=40
registry_person @P2 #H1 labour_ability=普通劳动力 age=38
employment @P2 month=202501
registry_household #H2
registry_person @P3 #H2 labour_ability=无劳动力 age=70
registry_household #H3 household_type=脱贫户 risk_status=NULL
registry_person @P4 #H3 labour_ability=普通劳动力 age=40
registry_household #H4 risk_status=已消除
registry_person @P5 #H4 labour_ability=普通劳动力 age=40
registry_household #H5
registry_person @P6 #H5 labour_ability=普通劳动力 age=17
student @P6 stage=中职
registry_household #H6
registry_person @P7 #H6 labour_ability=普通劳动力 age=62
"""
expect = []

[[example]]
case = "就业写在以前一期的名单里，在三个月以内：不列；更早：列为疑点"
given = """
employment @P9
registry_household #H1
registry_person @P1 #H1 labour_ability=普通劳动力 age=40
employment_earlier @P1 month=202501
registry_household #H2
registry_person @P2 #H2 labour_ability=普通劳动力 age=40
employment_earlier @P2 month=202412
"""
expect = ["H2"]

[[example]]
case = "学籍已毕业的有劳动力：列为疑点"
given = """
registry_household #H1
registry_person @P1 #H1 labour_ability=普通劳动力 age=20
student @P1 stage=中职 status=毕业
employment @P9
"""
expect = ["H1"]

[[example]]
case = "就业写在下月：列为疑点；就业年月看不清的记录已退回"
given = """
registry_household #H1
registry_person @P1 #H1 labour_ability=技能劳动力 age=40
employment @P1 month=202504
"""
expect = ["H1"]
*/
WITH working_household AS (
    SELECT DISTINCT p.household_no
    FROM current_person p
    SEMI JOIN worked_3 e ON e.person_id = p.person_id
)
SELECT h.household_id AS subject_id, p.record_id AS evidence, h.household_type AS household_type
FROM watched_household h
JOIN worker p ON p.household_no = h.household_no
ANTI JOIN working_household e ON e.household_no = h.household_no
