/*
code = "R101"
title = "逾期未办展期"
why = "小额信贷已逾期又没有办理展期，贫困户信用受损，贷款形成风险。"
policy = { clause = "二(二)4", quote = "对确因非主观因素不能到期偿还贷款的贫困户可协助其办理贷款展期业务" }
owner = "金融工作办公室"
severity = "S3"
subject = "person"
sources = ["micro_loan"]
due_days = 30
advice = [
    "查明逾期原因，非主观原因的协助办理展期",
    "恶意拖欠的依法清收",
]
message = "贷款逾期{overdue_fen}，没有办理续贷或展期。"
related = ["R14"]

[[example]]
case = "逾期没有展期：列为疑点"
given = """
micro_loan @P1 contract_no=C1 overdue_fen=1 extended=0 settled=NULL
micro_loan @P2 contract_no=C2 overdue_fen=100 overdue_reason=因病
"""
expect = ["P1/C1 <- micro_loan:1", "P2/C2 <- micro_loan:2"]

[[example]]
case = "已展期、没有逾期、恶意拖欠、已结清、创业担保贷款：不列"
given = """
micro_loan @P1 overdue_fen=100 extended=1
micro_loan @P2 overdue_fen=0
micro_loan @P3 overdue_fen=100 overdue_reason=恶意拖欠
micro_loan @P4 overdue_fen=100 settled=1
micro_loan @P5 overdue_fen=100 kind=创业担保贷款
"""
expect = []

[[example]]
case = "逾期原因写“恶意逃废债”：不列"
given = """
micro_loan @P1 contract_no=C1 kind=扶贫小额信贷 overdue_fen=100 overdue_reason=恶意逃废债
"""
expect = []
*/
SELECT m.person_id AS subject_id, m.contract_no AS rule_key, m.record_id AS evidence, m.overdue_fen AS overdue_fen
FROM micro_loan m
WHERE m.kind = '扶贫小额信贷' AND m.overdue_fen > 0 AND (m.extended IS NULL OR m.extended = 0)
    AND (m.settled IS NULL OR m.settled = 0)
    AND (m.overdue_reason IS NULL OR m.overdue_reason NOT LIKE '%恶意%')
