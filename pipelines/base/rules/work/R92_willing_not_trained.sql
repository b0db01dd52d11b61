/*
code = "R92"
title = "年度免费培训未覆盖"
why = "每年对有意愿的贫困劳动力至少开展一次免费培训，本年度还没有。"
policy = { clause = "二(二)2", quote = "每年对有意愿的贫困劳动力至少开展1次免费职业培训" }
owner = "人力资源和社会保障局"
severity = "S3"
subject = "person"
sources = ["registry_person", "labour", "training"]
due_days = 60
advice = [
    "安排就近的免费培训班",
    "已在外地培训的补登记录",
]
message = "有培训意愿、符合条件，本年度没有培训记录。"
related = ["R14"]

[[example]]
case = "没有培训、只有上年培训：列为疑点"
given = """
registry_person @P1
labour @P1 training_wish=1 training_fit=1
registry_person @P2
labour @P2 training_wish=1 training_fit=1
training @P2 year=2017
"""
expect = ["P1 <- labour:1 registry_person:1", "P2 <- labour:2 registry_person:2"]

[[example]]
case = "已培训、没有意愿、不符合条件、不在册：不列"
given = """
registry_person @P1
labour @P1 training_wish=1 training_fit=1
training @P1 year=2018
registry_person @P2
labour @P2 training_wish=0 training_fit=1
registry_person @P3
labour @P3 training_wish=1 training_fit=0
labour @P4 training_wish=1 training_fit=1
"""
expect = []
*/
WITH trained AS (
    SELECT DISTINCT x.person_id
    FROM training x
    JOIN parameter q ON q.year = x.year
)
SELECT p.person_id AS subject_id, l.record_id || ';' || p.record_id AS evidence
FROM poor_person p
JOIN labour l ON l.person_id = p.person_id
LEFT JOIN trained t ON t.person_id = p.person_id
WHERE l.training_wish = 1 AND l.training_fit = 1 AND t.person_id IS NULL
