/*
code = "R47"
title = "重病负担仍重"
why = "经过各道保障后个人负担仍重，有返贫风险，应纳入医疗救助和监测。"
policy = { clause = "二(三)1", quote = "重病兜底保障一批" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S2"
subject = "person"
sources = ["registry_person", "settlement"]
optional_sources = ["deceased", "insurance", "registry_household"]
due_days = 30
advice = [
    "核实家庭收支，落实医疗救助和临时救助",
    "列入返贫监测",
]
message = "本年个人自付合计{self_paid_fen}，负担仍重。"
related = ["R14"]

[[example]]
case = "自付超过10%、超过低保标准：列为疑点"
given = """
registry_person @P1
settlement @P1 compliant_fen=1000000 self_paid_fen=100001
registry_person @P2
settlement @P2 compliant_fen=9900000 self_paid_fen=300000
settlement @P2 compliant_fen=9900000 self_paid_fen=45001
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "不超过、不在册：不列"
given = """
registry_person @P1
settlement @P1 compliant_fen=1000000 self_paid_fen=100000
registry_person @P2
settlement @P2 compliant_fen=9900000 self_paid_fen=345000
settlement @P3 compliant_fen=1000000 self_paid_fen=900000
"""
expect = []

[[example]]
case = "全年只花了100元、自付10元：不是重病负担，不列；自付正好1000元而比例高：列为疑点"
given = """
registry_person @P1
settlement @P1 compliant_fen=10000 self_paid_fen=1001
registry_person @P2
settlement @P2 compliant_fen=200000 self_paid_fen=100000
registry_person @P3
settlement @P3 compliant_fen=100000 self_paid_fen=99999
"""
expect = ["P2"]

[[example]]
case = "本季度才识别的：不列"
given = """
registry_person @P1 identified_date=2018-07-01
settlement @P1 compliant_fen=1000000 self_paid_fen=100001
registry_person @P2 identified_date=2018-07-01
settlement @P2 compliant_fen=9900000 self_paid_fen=300000
settlement @P2 compliant_fen=9900000 self_paid_fen=45001
"""
expect = []

[[example]]
case = "各县低保标准不同：按人所在县的标准"
given = """
county_parameter county_code=410621 dibao_standard_fen=360000
county_parameter county_code=410622 dibao_standard_fen=345000
registry_person @P1
settlement @P1 self_paid_fen=350000 compliant_fen=9000000
registry_person @P2 county_code=410622
settlement @P2 self_paid_fen=350000 compliant_fen=9000000
"""
expect = ["P2"]
*/
WITH burden AS (
    SELECT s.person_id, SUM(s.self_paid_fen) AS self_paid_fen, SUM(s.compliant_fen) AS compliant_fen
    FROM settlement s
    GROUP BY s.person_id
)
SELECT p.person_id AS subject_id, p.record_id AS evidence, b.self_paid_fen AS self_paid_fen
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN burden b ON b.person_id = p.person_id
CROSS JOIN parameter q
LEFT JOIN county_parameter k ON k.county_code = p.county_code
WHERE ((b.self_paid_fen * 1000 > b.compliant_fen * q.heavy_burden_permille AND b.self_paid_fen >= q.heavy_burden_least_fen)
    OR b.self_paid_fen > COALESCE(k.dibao_standard_fen, q.dibao_standard_fen))
