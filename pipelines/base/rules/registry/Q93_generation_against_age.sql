/*
code = "Q93"
title = "与户主关系和年龄矛盾"
why = "子女不可能比户主年长，父母不可能比户主年轻；关系或出生日期录错，会影响赡养、抚养义务人的认定。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "按户口簿核对与户主关系和出生日期",
    "换了户主的，全户成员的关系都要更新",
]
message = "与户主关系为“{relation}”，{age}周岁，户主{head_age}周岁。"
explained_by = ["Q27", "Q89"]
related = ["R14", "Q71"]

[[example]]
case = "子女比户主年长、父母比户主年轻：列为疑点"
given = """
registry_person @P1 #H1 relation=本人或户主 age=40
registry_person @P2 #H1 relation=之子 age=41
registry_person @P3 #H1 relation=之母 age=39
"""
expect = ["P2 <- registry_person:2 registry_person:1", "P3 <- registry_person:3 registry_person:1"]

[[example]]
case = "合乎常理、其他关系、年龄未知、户主不在册、不是一户：不列"
given = """
registry_person @P1 #H1 relation=本人或户主 age=40
registry_person @P2 #H1 relation=之女 age=40
registry_person @P3 #H1 relation=之父 age=40
registry_person @P4 #H1 relation=配偶 age=60
registry_person @P9 #H1 relation=配偶 age=30
registry_person @P10 #H1 relation=之子 age=10
registry_person @P5 #H1 relation=之子
registry_person @P6 #H2 relation=本人或户主 age=40 person_status=死亡
registry_person @P7 #H2 relation=之子 age=50
registry_person @P8 #H1 relation=之女 age=50 person_status=转出
"""
expect = []

[[example]]
case = "两代比较的是户主：子比母年长不在此列"
given = """
registry_person @P1 #H1 relation=之子 age=50
registry_person @P2 #H1 relation=之母 age=45
"""
expect = []
*/
WITH head AS (
    SELECT p.household_no, p.record_id, p.age
    FROM poor_person p
    WHERE p.relation = '本人或户主'
),
kin AS (
    SELECT p.household_no, p.person_id, p.record_id, p.relation, p.age
    FROM poor_person p
    WHERE p.relation IN ('之子', '之女', '之父', '之母')
),
hit AS (
    SELECT p.person_id, p.record_id, p.relation, p.age, a.record_id AS head_record, a.age AS head_age
    FROM kin p
    JOIN head a ON a.household_no = p.household_no
    WHERE (p.relation IN ('之子', '之女') AND p.age > a.age) OR (p.relation IN ('之父', '之母') AND p.age < a.age)
)
SELECT i.person_id AS subject_id, i.record_id AS evidence, 0 AS evidence_order, i.relation AS relation, i.age AS age, i.head_age AS head_age FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.head_record AS evidence, 1 AS evidence_order, i.relation AS relation, i.age AS age, i.head_age AS head_age FROM hit i
