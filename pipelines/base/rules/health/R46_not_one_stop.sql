/*
code = "R46"
title = "未一站式结算"
why = "县域内住院的各项报销应一站式即时结算，手工零星报销让贫困户垫钱跑腿。"
policy = { clause = "二(三)1", quote = "确保各项医保、医疗救助政策与定点医院实现“一站式”信息对接和即时结算" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S3"
subject = "person"
sources = ["registry_person", "settlement"]
optional_sources = ["registry_household"]
due_days = 60
advice = [
    "查明系统接口和人员身份标识",
    "指导医院补做即时结算",
]
message = "县域内住院没有一站式结算。"
related = ["R14"]

[[example]]
case = "没有一站式结算：列为疑点"
given = """
registry_person @P1
settlement @P1 settlement_no=S1 kind=住院 in_county=1 one_stop=0
settlement @P1 settlement_no=S2 kind=住院 in_county=1 one_stop=0 manual_reason=未带证件
"""
expect = ["P1/S1 <- settlement:1 registry_person:1", "P1/S2 <- settlement:2 registry_person:1"]

[[example]]
case = "一站式、县外、系统故障、门诊、不在册：不列"
given = """
registry_person @P1
settlement @P1 kind=住院 in_county=1 one_stop=1
settlement @P1 kind=住院 in_county=0 one_stop=0
settlement @P1 kind=住院 in_county=1 one_stop=0 manual_reason=系统故障
settlement @P1 kind=普通门诊 in_county=1 one_stop=0
settlement @P2 kind=住院 in_county=1 one_stop=0
"""
expect = []

[[example]]
case = "手工结算原因写网络故障、系统升级、停电：不列"
given = """
registry_person @P1
settlement @P1 settlement_no=S1 kind=住院 in_county=1 one_stop=0 manual_reason=网络故障
registry_person @P2
settlement @P2 settlement_no=S2 kind=住院 in_county=1 one_stop=0 manual_reason=系统升级
registry_person @P3
settlement @P3 settlement_no=S3 kind=住院 in_county=1 one_stop=0 manual_reason=医院停电
"""
expect = []

[[example]]
case = "不再享受政策的户：不列"
given = """
registry_household #Z1 household_no=Z1 exit_status=已脱贫(不再享受政策)
registry_person @P1 household_no=Z1
settlement @P1 settlement_no=S1 kind=住院 in_county=1 one_stop=0
settlement @P1 settlement_no=S2 kind=住院 in_county=1 one_stop=0 manual_reason=未带证件
"""
expect = []
*/
SELECT p.person_id AS subject_id, s.settlement_no AS rule_key, s.record_id || ';' || p.record_id AS evidence
FROM settlement s
JOIN poor_person p ON p.person_id = s.person_id
ANTI JOIN released_household z ON z.household_no = p.household_no
WHERE s.kind = '住院' AND s.in_county = 1 AND s.one_stop = 0
    AND (s.manual_reason IS NULL OR (s.manual_reason NOT LIKE '%故障%' AND s.manual_reason NOT LIKE '%系统%' AND s.manual_reason NOT LIKE '%停电%'))
