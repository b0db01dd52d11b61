/*
code = "R48"
title = "健康状况字段矛盾"
why = "建档立卡登记健康，医保、卫健却有慢病或大病；或登记大病却没有任何就医记录，健康状况要核实。"
policy = { clause = "二(三)1", quote = "强化贫困人口慢性病综合防控" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person", "chronic_approval", "serious_disease", "settlement"]
absent_from = [
    { list = "chronic_approval", key = "unsupported" },
    { list = "serious_disease", key = "unsupported" },
    { list = "settlement", key = "unsupported" },
]
due_days = 60
advice = [
    "当面了解病情，查诊断证明",
    "登记有误的更正",
]
message = "建档立卡登记{health}，{other}。"
related = ["R14"]

[[example]]
case = "健康而有慢病备案、大病救治；大病而没有任何记录"
given = """
registry_person @P1 health=健康
chronic_approval @P1
registry_person @P2 health=健康
serious_disease @P2 disease=胃癌
registry_person @P3 health=患有大病
"""
expect = ["P1/chronic <- registry_person:1 chronic_approval:1", "P2/serious <- registry_person:2 serious_disease:1", "P3/unsupported <- registry_person:3"]

[[example]]
case = "登记相符、备案终止、大病有就医或救治记录、不在册：不列"
given = """
registry_person @P1 health=长期慢性病
chronic_approval @P1
serious_disease @P1
registry_person @P2 health=健康
chronic_approval @P2 status=终止
registry_person @P3 health=患有大病
settlement @P3
registry_person @P4 health=患有大病
serious_disease @P4
registry_person @P5 health=患有大病
chronic_approval @P5
registry_person @P6 health=健康
"""
expect = []
*/
WITH cared AS (
    SELECT s.person_id FROM settlement s
    UNION
    SELECT d.person_id FROM serious_disease d
    UNION
    SELECT c.person_id FROM chronic_approval c
)
SELECT
    p.person_id AS subject_id, 'chronic' AS rule_key, p.record_id || ';' || c.record_id AS evidence, p.health AS health,
    '医保有门诊慢特病备案' AS other
FROM poor_person p
JOIN chronic_approval c ON c.person_id = p.person_id
WHERE p.health = '健康' AND c.status = '有效'
UNION ALL
SELECT
    p.person_id AS subject_id, 'serious' AS rule_key, p.record_id || ';' || d.record_id AS evidence, p.health AS health,
    '卫健有大病专项救治登记' AS other
FROM poor_person p
JOIN serious_disease d ON d.person_id = p.person_id
WHERE p.health = '健康'
UNION ALL
SELECT
    p.person_id AS subject_id, 'unsupported' AS rule_key, p.record_id AS evidence, p.health AS health,
    '没有结算、备案或救治记录' AS other
FROM poor_person p
LEFT JOIN cared x ON x.person_id = p.person_id
WHERE p.health LIKE '%患有大病%' AND x.person_id IS NULL
