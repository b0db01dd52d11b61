/*
code = "R45"
title = "收取住院押金（先诊疗后付费未落实）"
why = "贫困人口在县域内定点医院住院先诊疗后付费，不应收取押金。"
policy = { clause = "二(三)1", quote = "农村贫困人口县域内定点医疗机构住院先诊疗后付费" }
owner = "卫生健康委员会"
severity = "S2"
subject = "person"
sources = ["registry_person", "settlement"]
optional_sources = ["registry_household"]
due_days = 30
advice = [
    "核实后由医院退还",
    "外伤等第三方责任的登记说明",
]
message = "县域内定点医院住院收取预交金{deposit_fen}。"
related = ["R14"]

[[example]]
case = "县域内定点医院收押金：列为疑点"
given = """
registry_person @P1
settlement @P1 settlement_no=S1 kind=住院 in_county=1 designated=1 deposit_fen=1
settlement @P1 settlement_no=S2 kind=住院 in_county=1 designated=1 deposit_fen=100 third_party=0
"""
expect = ["P1/S1 <- settlement:1 registry_person:1", "P1/S2 <- settlement:2 registry_person:1"]

[[example]]
case = "没有押金、县外、非定点、第三方责任、门诊、不在册：不列"
given = """
registry_person @P1
settlement @P1 kind=住院 in_county=1 designated=1 deposit_fen=0
settlement @P1 kind=住院 in_county=0 designated=1 deposit_fen=100
settlement @P1 kind=住院 in_county=1 designated=0 deposit_fen=100
settlement @P1 kind=住院 in_county=1 designated=1 deposit_fen=100 third_party=1
settlement @P1 kind=普通门诊 in_county=1 designated=1 deposit_fen=100
settlement @P2 kind=住院 in_county=1 designated=1 deposit_fen=100
"""
expect = []

[[example]]
case = "不再享受政策的户：不列"
given = """
registry_household #Z1 household_no=Z1 exit_status=已脱贫(不再享受政策)
registry_person @P1 household_no=Z1
settlement @P1 settlement_no=S1 kind=住院 in_county=1 designated=1 deposit_fen=1
settlement @P1 settlement_no=S2 kind=住院 in_county=1 designated=1 deposit_fen=100 third_party=0
"""
expect = []
*/
SELECT
    p.person_id AS subject_id, s.settlement_no AS rule_key, s.record_id || ';' || p.record_id AS evidence,
    s.deposit_fen AS deposit_fen
FROM settlement s
JOIN poor_person p ON p.person_id = s.person_id
ANTI JOIN released_household z ON z.household_no = p.household_no
WHERE s.kind = '住院' AND s.in_county = 1 AND s.designated = 1 AND s.deposit_fen > 0
    AND (s.third_party IS NULL OR s.third_party = 0)
