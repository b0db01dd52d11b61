/*
code = "R22"
title = "特困应纳未纳（孤老疑似）"
why = "独自一户、年满60周岁、没有劳动能力的老人未纳入特困供养，应核实有无法定赡养人。"
policy = { clause = "二(一)2", quote = "有进有出、应扶尽扶、应保尽保" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["registry_household", "registry_person", "tekun"]
optional_sources = ["hukou", "deceased", "insurance"]
absent_from = [{ list = "tekun", of = "registry_person", rows = "tekun_active" }]
due_days = 30
advice = [
    "核实有无赡养、抚养义务人及其履行能力",
    "符合特困条件的纳入供养；有子女的核实是否拆户",
]
message = "该人员独自一户，{age}周岁，没有劳动能力，不在特困供养名单中。"
related = ["R14"]

[[example]]
case = "独居老人未纳入：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=60 labour_ability=无劳动力
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "59周岁、有劳动能力、已纳入：不列"
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
case = "家中还有他人；不再享受政策：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=70 labour_ability=无劳动力
registry_person @P2 #H1 age=68 labour_ability=无劳动力
registry_household @P3 #H3 exit_status=已脱贫(不再享受政策)
registry_person @P3 #H3 age=70 labour_ability=无劳动力
"""
expect = []

[[example]]
case = "同住的人已不在册、特困下季度才开始：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=70 labour_ability=无劳动力
registry_person @P2 #H1 age=68 person_status=死亡
tekun @P1 start_month=201810
"""
expect = ["P1"]

[[example]]
case = "户籍上有配偶、子女：不列；只有其他亲属、同号而不是一户、只有本人：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=70 labour_ability=无劳动力
registry_household @P2 #H2
registry_person @P2 #H2 age=70 labour_ability=无劳动力
registry_household @P3 #H3
registry_person @P3 #H3 age=70 labour_ability=无劳动力
registry_household @P4 #H4
registry_person @P4 #H4 age=70 labour_ability=无劳动力
registry_household @P5 #H5
registry_person @P5 #H5 age=70 labour_ability=无劳动力
registry_household @P6 #H6
registry_person @P6 #H6 age=70 labour_ability=无劳动力
registry_household @P7 #H7
registry_person @P7 #H7 age=70 labour_ability=无劳动力
registry_household @P8 #H8
registry_person @P8 #H8 age=70 labour_ability=无劳动力
hukou @P8 household_no=B8 relation=其他亲属
hukou @K8 household_no=B8 relation=子
hukou @P1 household_no=B1 relation=户主
hukou @K1 household_no=B1 relation=子
hukou @P2 household_no=B2 relation=父母
hukou @K2 household_no=B2 relation=户主
hukou @P3 household_no=B3 relation=户主
hukou @K3 household_no=B3 relation=其他亲属
hukou @P4 household_no=B4 relation=户主
hukou @P4 household_no=B4 relation=女
hukou @P5 household_no=B5 relation=其他亲属
hukou @K5 household_no=B5 relation=户主
hukou @P6 household_no=B6 relation=配偶
hukou @K6 household_no=B6 relation=户主
hukou @P7 household_no=B7 relation=父母
hukou @K7 household_no=B7 relation=孙辈
"""
expect = ["P3", "P4", "P5", "P7", "P8"]

[[example]]
case = "同住的人公安登记死亡：列为疑点；本人已登记死亡：不列；脱贫标志未填：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=70 labour_ability=无劳动力
registry_person @P2 #H1 age=68 labour_ability=无劳动力
deceased @P2 death_date=2018-01-05
registry_household @P3 #H3 exit_status=NULL
registry_person @P3 #H3 age=70 labour_ability=无劳动力
"""
expect = ["P1", "P3"]
*/
WITH family AS (
    SELECT p.household_no, COUNT(*) AS members
    FROM alive_registered p
    GROUP BY p.household_no
),
-- A spouse or child in the same household book is bound to support.
kin AS (
    SELECT DISTINCT own.person_id
    FROM hukou own
    JOIN hukou k ON k.household_no = own.household_no
    WHERE k.person_id <> own.person_id
        AND ((own.relation = '户主' AND k.relation IN ('配偶', '子', '女'))
            OR (own.relation IN ('配偶', '父母') AND k.relation = '户主'))
)
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age
FROM poor_person p
CROSS JOIN parameter q
SEMI JOIN alive_registered a ON a.record_id = p.record_id
SEMI JOIN entitled_household h ON h.household_no = p.household_no
JOIN family f ON f.household_no = p.household_no
LEFT JOIN tekun_active t ON t.person_id = p.person_id
LEFT JOIN kin k ON k.person_id = p.person_id
WHERE f.members = 1
    AND p.age >= q.tekun_age
    AND p.labour_ability IN ('丧失劳动力', '无劳动力')
    AND t.person_id IS NULL AND k.person_id IS NULL
