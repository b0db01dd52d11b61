/*
code = "R27b"
title = "基础养老金达标率"
why = "城乡居民基础养老金2018年起每人每月98元。"
policy = { clause = "二(一)2", quote = "2018年提高至每人每月98元" }
owner = "人力资源和社会保障局"
severity = "S4"
subject = "unit"
sources = ["registry_person", "pension"]
optional_sources = ["deceased", "insurance", "registry_household"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { pension = "在册领取城乡居民养老金人员中不低于98元的比例" }

[[example]]
case = "刚好98元算达标；职工、没领取、不在册的不计"
given = """
registry_person @P1
pension @P1 basic_pension_fen=9800
registry_person @P2
pension @P2 basic_pension_fen=9799
registry_person @P3
pension @P3 basic_pension_fen=9799 scheme=职工
registry_person @P4
pension @P4 basic_pension_fen=9799 status=参保缴费
pension @P5 basic_pension_fen=9799
"""
expect = ["pension 410600 1/2", "pension 410621 1/2", "pension 410621100 1/2", "pension 410621100200 1/2"]

[[example]]
case = "没有人领取：不计"
given = """
registry_person @P1
"""
expect = []

[[example]]
case = "本季度才识别的：不计"
given = """
registry_person @P1 identified_date=2018-07-01
pension @P1 basic_pension_fen=9800
registry_person @P2 identified_date=2018-07-01
pension @P2 basic_pension_fen=9799
registry_person @P3 identified_date=2018-07-01
pension @P3 basic_pension_fen=9799 scheme=职工
registry_person @P4 identified_date=2018-07-01
pension @P4 basic_pension_fen=9799 status=参保缴费
pension @P5 basic_pension_fen=9799
"""
expect = []

[[example]]
case = "有的县自己提高了标准：按人所在县的标准"
given = """
county_parameter county_code=410621 basic_pension_fen=10300
registry_person @P1
pension @P1 basic_pension_fen=9800
"""
expect = ["pension 410600 0/1", "pension 410621 0/1", "pension 410621100 0/1", "pension 410621100200 0/1"]
*/
SELECT
    'pension' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN r.basic_pension_fen >= COALESCE(k.basic_pension_fen, q.basic_pension_fen) THEN 1 ELSE 0 END AS numerator, 1 AS denominator,
    q.full_cover_permyriad AS target
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN pension r ON r.person_id = p.person_id
CROSS JOIN parameter q
LEFT JOIN county_parameter k ON k.county_code = p.county_code
WHERE r.scheme = '城乡居民' AND r.status = '领取待遇'
