/*
code = "M17"
title = "风险消除后没有参加医保"
why = "没有参保，看病没有保障，不能算风险已经稳定消除。"
policy = { clause = "一(六)", quote = "风险消除的户继续跟踪，出现新的风险重新纳入" }
owner = "医保局"
severity = "S2"
subject = "person"
sources = ["registry_household", "registry_person", "insurance"]
optional_sources = ["deceased", "moved", "student"]
absent_from = [{ list = "insurance", of = "registry_person", rows = "insured_or_excused" }]
due_days = 15
advice = [
    "动员参保，落实参保资助",
    "外地参保的登记说明",
]
message = "风险已消除户的成员，本年度没有正常参保记录。"

[[example]]
case = "没有参保、已暂停：列为疑点"
given = """
registry_household #H1 risk_status=已消除
registry_person @P1 #H1
registry_person @P2 #H1
insurance @P2 status=暂停
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "正常参保、未消除户（按M18列）：不列"
given = """
registry_household #H1 risk_status=已消除
registry_person @P1 #H1
insurance @P1
registry_household #H2
registry_person @P2 #H2
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM uninsured p
JOIN released_household h ON h.household_no = p.household_no
