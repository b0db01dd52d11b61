/*
code = "R06b"
title = "在享低保、特困而登记的低保金、五保金为零"
why = "名单上按月发放的钱没有记入家庭收入，收入核算和退出认定都会出错。"
policy = { clause = "二(一)2", quote = "每季度比对一次农村低保对象和建档立卡贫困人口数据" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person", "dibao", "tekun"]
columns = ["registry_household.dibao_income_fen", "registry_household.tekun_income_fen"]
due_days = 60
advice = [
    "按发放明细补录转移性收入",
    "收入登记的年度早于发放的注明",
]
message = "该户有人在享{benefit}，户表登记的{income}为0。"
explained_by = ["R06", "Q56", "Q57"]
related = ["R14"]

[[example]]
case = "在保而低保金为零、在享特困而五保金为零：列为疑点"
given = """
registry_household #H1 household_no=H1 dibao_income_fen=0 tekun_income_fen=0
registry_person @P1 #H1 household_no=H1
dibao @P1 household_no=D1
registry_household #H2 household_no=H2 dibao_income_fen=0 tekun_income_fen=0
registry_person @P2 #H2 household_no=H2
tekun @P2
"""
expect = ["H1/dibao <- registry_household:1 dibao:1", "H2/tekun <- registry_household:2 tekun:1"]

[[example]]
case = "记了收入、没有填写、已停保、不再享受政策、本季度才开始享受、今年才开始享受：不列"
given = """
registry_household #H1 household_no=H1 dibao_income_fen=1 tekun_income_fen=0
registry_person @P1 #H1 household_no=H1
dibao @P1 household_no=D1
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2
dibao @P2 household_no=D2
tekun @P2
registry_household #H3 household_no=H3 dibao_income_fen=0 tekun_income_fen=0
registry_person @P3 #H3 household_no=H3
dibao @P3 household_no=D3 stop_month=201801
registry_household #H4 household_no=H4 dibao_income_fen=0 tekun_income_fen=0 exit_status=已脱贫(不再享受政策)
registry_person @P4 #H4 household_no=H4
dibao @P4 household_no=D4
tekun @P4
registry_household #H5 household_no=H5 dibao_income_fen=0 tekun_income_fen=0
registry_person @P5 #H5 household_no=H5
dibao @P5 household_no=D5 start_month=201801
registry_household #H6 household_no=H6 dibao_income_fen=0 tekun_income_fen=0
registry_person @P6 #H6 household_no=H6
tekun @P6 start_month=201801
registry_household #H7 household_no=H7 dibao_income_fen=0 tekun_income_fen=1
registry_person @P7 #H7 household_no=H7
tekun @P7
"""
expect = []

[[example]]
case = "名单没有写从哪月起：列为疑点；收入看不出：不判断"
given = """
registry_household #H1 household_no=H1 dibao_income_fen=0 tekun_income_fen=0
registry_person @P1 #H1 household_no=H1
dibao @P1 household_no=D1 start_month=NULL
registry_household #H2 household_no=H2 dibao_income_fen=0 tekun_income_fen=0
registry_person @P2 #H2 household_no=H2
tekun @P2 start_month=NULL
registry_household #H3 household_no=H3 dibao_income_fen=? tekun_income_fen=0
registry_person @P3 #H3 household_no=H3
dibao @P3 household_no=D3
"""
expect = ["H1/dibao", "H2/tekun"]
undecided = ["H3/dibao"]
*/
-- Registered income is the last full year's: who has been paid only since this year's beginning had none then.
SELECT
    h.household_id AS subject_id, 'dibao' AS rule_key, h.record_id || ';' || d.record_id AS evidence,
    '低保' AS benefit, '低保金' AS income
FROM poor_person p
JOIN registry_household h ON h.household_no = p.household_no
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN dibao_active d ON d.person_id = p.person_id
CROSS JOIN parameter q
WHERE h.dibao_income_fen = 0 AND (d.start_month IS NULL OR d.start_month < q.year * 100 + 1)
UNION ALL
SELECT
    h.household_id AS subject_id, 'tekun' AS rule_key, h.record_id || ';' || t.record_id AS evidence,
    '特困供养' AS benefit, '五保金' AS income
FROM poor_person p
JOIN registry_household h ON h.household_no = p.household_no
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN tekun_active t ON t.person_id = p.person_id
CROSS JOIN parameter q
WHERE h.tekun_income_fen = 0 AND (t.start_month IS NULL OR t.start_month < q.year * 100 + 1)
