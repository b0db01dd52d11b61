/*
code = "R92"
title = "年度免费培训未覆盖"
why = "每年对有意愿的贫困劳动力至少开展一次免费培训，本年度还没有。"
policy = { clause = "二(二)2", quote = "每年对有意愿的贫困劳动力至少开展1次免费职业培训" }
owner = "人力资源和社会保障局"
severity = "S3"
subject = "person"
sources = ["registry_person", "labour", "training"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [{ list = "training" }]
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

[[example]]
case = "上半年：上年的培训还算，更早的、下年的不算；不再享受政策的户、本季度才识别的：不列"
given = """
parameter service_from_year=2017
registry_person @P1
labour @P1 training_wish=1 training_fit=1
training @P1 year=2017
registry_person @P2
labour @P2 training_wish=1 training_fit=1
training @P2 year=2016
registry_household @P3 #H3 household_no=H3 exit_status=已脱贫(不再享受政策)
registry_person @P3 #H3 household_no=H3
labour @P3 training_wish=1 training_fit=1
registry_person @P4 identified_date=2018-09-20
labour @P4 training_wish=1 training_fit=1
registry_person @P5
labour @P5 training_wish=1 training_fit=1
training @P5 year=2019
"""
expect = ["P2", "P5"]
*/
WITH trained AS (
    SELECT DISTINCT x.person_id
    FROM training x
    CROSS JOIN parameter q
    WHERE x.year >= q.service_from_year AND x.year <= q.year
)
SELECT p.person_id AS subject_id, l.record_id || ';' || p.record_id AS evidence
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN labour l ON l.person_id = p.person_id
LEFT JOIN trained t ON t.person_id = p.person_id
WHERE l.training_wish = 1 AND l.training_fit = 1 AND t.person_id IS NULL
