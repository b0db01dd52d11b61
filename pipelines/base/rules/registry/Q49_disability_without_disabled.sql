/*
code = "Q49"
title = "因残致贫而没有残疾人"
why = "主要致贫原因为因残，在册成员却没有残疾登记，残疾补贴、托养等政策没有对象。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
due_days = 60
advice = [
    "核实致贫原因是否选错，成员健康、残疾、就学信息是否漏填",
    "据实更正，帮扶措施与致贫原因对应",
]
message = "该户主要致贫原因为因残，在册成员中没有残疾人。"
explained_by = ["R106"]
related = ["R14", "R106"]

[[example]]
case = "因残而成员都没有：列为疑点"
given = """
registry_household #H1 cause_primary=因残
registry_person @P1 #H1 health=健康 id_class=VALID18
registry_person @P2 #H1 health=健康 id_class=VALID18
"""
expect = ["H1 <- registry_household:1 registry_person:1 registry_person:2"]

[[example]]
case = "有一名成员符合：不列"
given = """
registry_household #H1 cause_primary=因残
registry_person @P1 #H1 health=健康 id_class=VALID18
registry_person @P2 #H1 health=残疾
"""
expect = []

[[example]]
case = "符合的成员已不在册：列为疑点"
given = """
registry_household #H1 cause_primary=因残
registry_person @P1 #H1 health=健康 id_class=VALID18
registry_person @P2 #H1 health=残疾 person_status=死亡
"""
expect = ["H1 <- registry_household:1 registry_person:1"]

[[example]]
case = "有成员未填（由必填项检查列出）、其他原因、已脱贫（原因可能已消除）：不列"
given = """
registry_household #H1 cause_primary=因残
registry_person @P1 #H1 health=健康 id_class=VALID18
registry_person @P2 #H1
registry_household #H2 cause_primary=缺技术
registry_person @P3 #H2 health=健康 id_class=VALID18
registry_household #H3 cause_primary=因残 exit_status=已脱贫(享受政策)
registry_person @P4 #H3 health=健康 id_class=VALID18
"""
expect = []
*/
WITH family AS (
    SELECT
        p.household_no,
        MAX(CASE WHEN p.health IS NULL OR p.health LIKE '%残疾%' OR p.id_class IN ('CERT20', 'CERT22') THEN 1 ELSE 0 END) AS fits
    FROM poor_person p
    GROUP BY p.household_no
)
SELECT h.household_id AS subject_id, v.record_id AS evidence, v.evidence_order AS evidence_order
FROM registry_household h
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
JOIN family f ON f.household_no = h.household_no
JOIN registry_evidence v ON v.household_no = h.household_no
WHERE h.cause_primary = '因残' AND f.fits = 0
