/*
code = "R56"
title = "应贷未贷（助学贷款）"
why = "符合条件的贫困大学生申请助学贷款没有发放，属于应贷未贷。"
policy = { clause = "二(三)2", quote = "对符合助学贷款条件的贫困学生做到应贷尽贷" }
owner = "教育局"
severity = "S2"
subject = "person"
sources = ["registry_person", "student_loan"]
optional_sources = ["deceased", "insurance", "registry_household"]
due_days = 30
advice = [
    "与经办银行和高校资助中心核对",
    "本人撤回的登记说明",
]
message = "{year}年申请助学贷款，审核符合条件，没有放款。"
related = ["R14"]

[[example]]
case = "符合条件没有放款：列为疑点"
given = """
registry_person @P1
student_loan @P1 year=2018 review=符合条件
registry_person @P2
student_loan @P2 year=2018 review=符合条件 granted_fen=0
"""
expect = ["P1 <- student_loan:1 registry_person:1", "P2 <- student_loan:2 registry_person:2"]

[[example]]
case = "已放款、撤回、不符合、上年申请、不在册：不列"
given = """
registry_person @P1
student_loan @P1 year=2018 review=符合条件 granted_fen=600000
registry_person @P2
student_loan @P2 year=2018 review=本人撤回
registry_person @P3
student_loan @P3 year=2018 review=不符合条件
student_loan @P3 year=2017 review=符合条件
student_loan @P4 year=2018 review=符合条件
"""
expect = []

[[example]]
case = "本季度才识别的：不列"
given = """
registry_person @P1 identified_date=2018-07-01
student_loan @P1 year=2018 review=符合条件
registry_person @P2 identified_date=2018-07-01
student_loan @P2 year=2018 review=符合条件 granted_fen=0
"""
expect = []
*/
SELECT p.person_id AS subject_id, s.record_id || ';' || p.record_id AS evidence, s.year AS year
FROM student_loan s
JOIN parameter q ON q.year = s.year
JOIN poor_person p ON p.person_id = s.person_id
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
WHERE s.review = '符合条件' AND (s.granted_fen IS NULL OR s.granted_fen = 0)
