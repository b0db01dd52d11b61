/*
code = "R22"
title = "特困应纳未纳(孤老疑似)"
why = "独自一户、年满60周岁、没有劳动能力的老人未纳入特困供养,应核实有无法定赡养人。"
policy = { clause = "二(一)2", quote = "有进有出、应扶尽扶、应保尽保" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["registry_household", "registry_person", "tekun"]
due_days = 30
advice = [
    "核实有无赡养、抚养义务人及其履行能力",
    "符合特困条件的纳入供养;有子女的核实是否拆户",
]
message = "该人员独自一户,{age}周岁,没有劳动能力,不在特困供养名单中。"
related = ["R14"]

[[example]]
case = "独居老人未纳入:列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=60 labour_ability=无劳动力
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "59周岁、有劳动能力、已纳入:不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=59 labour_ability=无劳动力
registry_household @P2 #H2
registry_person @P2 #H2 age=70 labour_ability=普通劳动力
registry_household @P3 #H3
registry_person @P3 #H3 age=70 labour_ability=丧失劳动力
tekun @P3
"""
expect = []

[[example]]
case = "家中还有他人;不再享受政策:不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=70 labour_ability=无劳动力
registry_person @P2 #H1 age=68 labour_ability=无劳动力
registry_household @P3 #H3 exit_status=已脱贫(不再享受政策)
registry_person @P3 #H3 age=70 labour_ability=无劳动力
"""
expect = []

[[example]]
case = "同住的人已不在册、特困下季度才开始:列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=70 labour_ability=无劳动力
registry_person @P2 #H1 age=68 person_status=死亡
tekun @P1 start_month=201810
"""
expect = ["P1"]
*/
WITH family AS (
    SELECT p.household_no, COUNT(*) AS members
    FROM poor_person p
    GROUP BY p.household_no
)
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age
FROM poor_person p
CROSS JOIN parameter q
JOIN registry_household h ON h.household_no = p.household_no
JOIN family f ON f.household_no = p.household_no
LEFT JOIN tekun_active t ON t.person_id = p.person_id
WHERE f.members = 1
    AND p.age >= q.tekun_age
    AND p.labour_ability IN ('丧失劳动力', '无劳动力')
    AND h.exit_status <> '已脱贫(不再享受政策)'
    AND t.person_id IS NULL
