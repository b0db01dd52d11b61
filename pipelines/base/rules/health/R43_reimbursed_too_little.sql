/*
code = "R43"
title = "报销比例低于85%"
why = "贫困人口门诊慢性病、重特大病种政策范围内费用应报销85%，低于比例要补报。"
policy = { clause = "二(三)1", quote = "门诊慢性病种政策范围内医疗费用报销比例提高到85%" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S2"
subject = "person"
sources = ["registry_person", "settlement"]
optional_sources = ["registry_household"]
due_days = 30
advice = [
    "核对病种备案、人员身份和结算系统参数",
    "少报的补报",
]
message = "门诊慢特病结算，政策范围内{compliant_fen}，报销{reimbursed_fen}，低于规定比例。"
related = ["R14"]

[[example]]
case = "报销低于85%：列为疑点"
given = """
registry_person @P1
settlement @P1 settlement_no=S1 kind=门诊慢特病 compliant_fen=10000 reimbursed_fen=8499
"""
expect = ["P1/S1 <- settlement:1 registry_person:1"]

[[example]]
case = "达到比例、封顶、住院、不在册、没有费用：不列"
given = """
registry_person @P1
settlement @P1 kind=门诊慢特病 compliant_fen=10000 reimbursed_fen=8500
settlement @P1 kind=门诊慢特病 compliant_fen=10000 reimbursed_fen=100 capped=1
settlement @P1 kind=住院 compliant_fen=10000 reimbursed_fen=100
settlement @P2 kind=门诊慢特病 compliant_fen=10000 reimbursed_fen=100
"""
expect = []

[[example]]
case = "没有封顶：列为疑点"
given = """
registry_person @P1
settlement @P1 settlement_no=S1 kind=门诊慢特病 compliant_fen=10000 reimbursed_fen=100 capped=0
"""
expect = ["P1/S1"]

[[example]]
case = "不再享受政策的户：不列"
given = """
registry_household #Z1 household_no=Z1 exit_status=已脱贫(不再享受政策)
registry_person @P1 household_no=Z1
settlement @P1 settlement_no=S1 kind=门诊慢特病 compliant_fen=10000 reimbursed_fen=8499
"""
expect = []
*/
SELECT
    p.person_id AS subject_id, s.settlement_no AS rule_key, s.record_id || ';' || p.record_id AS evidence,
    s.compliant_fen AS compliant_fen, s.reimbursed_fen AS reimbursed_fen
FROM settlement s
JOIN poor_person p ON p.person_id = s.person_id
ANTI JOIN released_household z ON z.household_no = p.household_no
CROSS JOIN parameter q
WHERE s.kind = '门诊慢特病' AND s.reimbursed_fen * 1000 < s.compliant_fen * q.outpatient_share_permille
    AND (s.capped IS NULL OR s.capped = 0)
