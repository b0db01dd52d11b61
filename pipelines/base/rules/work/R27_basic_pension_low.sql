/*
code = "R27"
title = "基础养老金低于98元"
why = "2018年起基础养老金不低于每人每月98元，低于标准就是少发。"
policy = { clause = "二(一)2", quote = "2018年提高至每人每月98元" }
owner = "人力资源和社会保障局"
severity = "S2"
subject = "person"
sources = ["registry_person", "pension"]
optional_sources = ["deceased", "insurance", "registry_household"]
due_days = 30
advice = [
    "核对待遇核定表，少发的补发",
    "参保信息错误的更正",
]
message = "城乡居民基础养老金每月{basic_pension_fen}，低于标准。"
related = ["R14"]

[[example]]
case = "低于标准：列为疑点"
given = """
registry_person @P1
pension @P1 basic_pension_fen=9799
"""
expect = ["P1 <- pension:1 registry_person:1"]

[[example]]
case = "达到标准、职工养老、尚未领取、不在册：不列"
given = """
registry_person @P1
pension @P1 basic_pension_fen=9800
registry_person @P2
pension @P2 basic_pension_fen=1 scheme=职工
registry_person @P3
pension @P3 basic_pension_fen=1 status=参保缴费
pension @P4 basic_pension_fen=1
"""
expect = []

[[example]]
case = "本季度才识别的：不列"
given = """
registry_person @P1 identified_date=2018-07-01
pension @P1 basic_pension_fen=9799
"""
expect = []

[[example]]
case = "有的县自己提高了标准：按人所在县的标准"
given = """
county_parameter county_code=410621 basic_pension_fen=10300
county_parameter county_code=410622 basic_pension_fen=9800
registry_person @P1
pension @P1 basic_pension_fen=9800
registry_person @P2 county_code=410622
pension @P2 basic_pension_fen=9800
"""
expect = ["P1"]
*/
SELECT
    p.person_id AS subject_id, r.record_id || ';' || p.record_id AS evidence, r.basic_pension_fen AS basic_pension_fen
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN pension r ON r.person_id = p.person_id
CROSS JOIN parameter q
LEFT JOIN county_parameter k ON k.county_code = p.county_code
WHERE r.scheme = '城乡居民' AND r.status = '领取待遇' AND r.basic_pension_fen < COALESCE(k.basic_pension_fen, q.basic_pension_fen)
