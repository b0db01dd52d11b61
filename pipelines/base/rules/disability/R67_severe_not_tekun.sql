/*
code = "R67"
title = "16岁以上重残未纳入特困"
why = "年满16周岁、有长期照护需求的重度残疾人，家中没有能照料、供养的人，符合特困条件的应纳入供养。"
policy = { clause = "二(三)3", quote = "对16周岁以上有长期照料护理需求的贫困重度残疾人,符合特困人员救助供养条件的纳入特困人员救助供养" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["registry_person", "disability_certificate", "tekun"]
optional_sources = ["deceased", "insurance", "registry_household", "dibao"]
absent_from = [{ list = "tekun", rows = "tekun_active" }]
due_days = 30
advice = [
    "核实有无法定赡养、抚养、扶养义务人及其能力",
    "符合条件的纳入特困供养",
]
message = "重度残疾人（{category}{grade}），现年{age}周岁，有长期照护需求，家中没有有劳动能力的人或其他义务人，不在特困供养名单中。"
related = ["R14", "R22"]

[[example]]
case = "需要照护、家中没有劳动力：列为疑点"
given = """
registry_person @P1 #H1 household_no=H1 age=16
disability_certificate @P1 grade=一级 care_need=1
registry_person @P2 #H1 household_no=H1 age=60 labour_ability=无劳动力
dibao @P2 household_no=D2
registry_person @P3 #H1 household_no=H1 age=15 labour_ability=技能劳动力
"""
expect = ["P1 <- registry_person:1 disability_certificate:1"]

[[example]]
case = "未满16周岁、不需要照护、三级、已是特困：不列"
given = """
registry_person @P1 #H1 household_no=H1 age=15
disability_certificate @P1 grade=一级 care_need=1
registry_person @P2 #H2 household_no=H2 age=30
disability_certificate @P2 grade=一级 care_need=0
registry_person @P3 #H3 household_no=H3 age=30
disability_certificate @P3 grade=三级 care_need=1
registry_person @P4 #H4 household_no=H4 age=30
disability_certificate @P4 grade=一级 care_need=1
tekun @P4
"""
expect = []

[[example]]
case = "家中有劳动力：不列；劳动力已不在册：列为疑点"
given = """
registry_person @P1 #H1 household_no=H1 age=30
disability_certificate @P1 grade=二级 care_need=1
registry_person @P2 #H1 household_no=H1 age=59 labour_ability=普通劳动力
registry_person @P3 #H3 household_no=H3 age=30
disability_certificate @P3 grade=二级 care_need=1
registry_person @P4 #H3 household_no=H3 age=40 labour_ability=普通劳动力 person_status=死亡
"""
expect = ["P3"]

[[example]]
case = "父母60周岁以上而不吃低保、有劳动能力的低保老人、劳动能力或年龄没有填写的家人：不列；只有本人、家人已死亡：列为疑点"
given = """
registry_person @P1 #H1 household_no=H1 age=30
disability_certificate @P1 grade=一级 care_need=1
registry_person @P2 #H1 household_no=H1 age=62 labour_ability=无劳动力
registry_person @P3 #H3 household_no=H3 age=30
disability_certificate @P3 grade=一级 care_need=1
registry_person @P4 #H3 household_no=H3 age=62 labour_ability=普通劳动力
dibao @P4 household_no=D4
registry_person @P5 #H5 household_no=H5 age=30
disability_certificate @P5 grade=一级 care_need=1
registry_person @P6 #H5 household_no=H5 age=40
registry_person @P7 #H7 household_no=H7 age=30
disability_certificate @P7 grade=一级 care_need=1
registry_person @P8 #H7 household_no=H7 age=NULL labour_ability=普通劳动力
registry_person @P9 #H9 household_no=H9 age=30 labour_ability=普通劳动力
disability_certificate @P9 grade=一级 care_need=1
registry_person @P10 #H10 household_no=H10 age=30
disability_certificate @P10 grade=一级 care_need=1
registry_person @P11 #H10 household_no=H10 age=40 labour_ability=普通劳动力
deceased @P11 death_date=2018-01-05
registry_person @P12 #H12 household_no=H12 age=30
disability_certificate @P12 grade=一级 care_need=1
registry_person @P13 #H12 household_no=H12 age=NULL
"""
expect = ["P9", "P10"]

[[example]]
case = "不再享受政策的户、本季度才识别的：不列"
given = """
registry_household #H1 household_no=H1 exit_status=已脱贫(不再享受政策)
registry_person @P1 #H1 household_no=H1 age=30
disability_certificate @P1 grade=一级 care_need=1
registry_person @P3 #H3 household_no=H3 age=30 identified_date=2018-08-01
disability_certificate @P3 grade=一级 care_need=1
"""
expect = []
*/
WITH helped AS (
    SELECT DISTINCT p.record_id
    FROM poor_person p
    JOIN family_helper k ON k.household_no = p.household_no
    WHERE k.person_id <> p.person_id
)
SELECT
    p.person_id AS subject_id, p.record_id || ';' || c.record_id AS evidence,
    c.category AS category, c.grade AS grade, p.age AS age
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN certificate_valid c ON c.person_id = p.person_id
CROSS JOIN parameter q
LEFT JOIN helped m ON m.record_id = p.record_id
LEFT JOIN tekun_active t ON t.person_id = p.person_id
WHERE p.age >= q.labour_age_from AND c.severe = 1 AND c.care_need = 1
    AND m.record_id IS NULL AND t.person_id IS NULL
