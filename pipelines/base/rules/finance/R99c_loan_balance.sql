/*
code = "R99c"
title = "扶贫小额信贷余额"
why = "贷款余额要逐年增加，看与上期之差（分）。其他扶贫贷款没有名单。"
policy = { clause = "二(二)4", quote = "逐年增加贷款余额" }
owner = "金融工作办公室"
severity = "S4"
subject = "unit"
sources = ["micro_loan"]
columns = ["micro_loan.balance_fen"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { balance_fen = "未结清的扶贫小额信贷余额（分）" }

[[example]]
case = "两笔余额合计；已结清、创业贷款、没有余额的不计"
given = """
micro_loan @P1 balance_fen=3000000
micro_loan @P2 balance_fen=2000000 settled=NULL
micro_loan @P3 balance_fen=1000000 settled=1
micro_loan @P4 balance_fen=1000000 kind=创业担保贷款
micro_loan @P5
"""
expect = ["balance_fen 410600 5000000", "balance_fen 410621 5000000", "balance_fen 410621100 5000000", "balance_fen 410621100200 5000000"]

[[example]]
case = "余额没有填写的一笔：不计，也不算零"
given = """
micro_loan @P1
"""
expect = []

[[example]]
case = "都已结清：没有余额"
given = """
micro_loan @P1 balance_fen=3000000 settled=1
"""
expect = []
*/
SELECT
    'balance_fen' AS indicator, m.county_code AS county_code, m.township_code AS township_code, m.village_code AS village_code,
    m.balance_fen AS numerator
FROM micro_loan m
WHERE m.kind = '扶贫小额信贷' AND m.balance_fen IS NOT NULL AND (m.settled IS NULL OR m.settled = 0)
