/*
code = "R98c"
title = "台账有人就业而工资性收入为零"
why = "劳动力台账登记有人转移就业或在公益性岗位，户表工资性收入为零，收入没有算进去或台账不实。"
policy = { clause = "二(二)2", quote = "动态完善全市劳动力信息台账" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person", "labour"]
optional_sources = ["deceased", "insurance"]
columns = ["registry_household.wage_income_fen"]
due_days = 60
advice = [
    "核对务工收入和岗位工资，补录工资性收入",
    "实际没有就业的更正台账",
]
message = "劳动力台账登记该户有人就业，户表工资性收入为0。"
explained_by = ["Q67"]
related = ["R14"]

[[example]]
case = "有人就业而收入为零：列为疑点"
given = """
registry_household #H1 household_no=H1 wage_income_fen=0
registry_person @P1 #H1 household_no=H1
labour @P1 employment=转移就业
registry_household #H2 household_no=H2 wage_income_fen=0
registry_person @P2 #H2 household_no=H2
labour @P2 employment=公益性岗位
"""
expect = ["H1 <- registry_household:1 labour:1", "H2 <- registry_household:2 labour:2"]

[[example]]
case = "有收入、没有填写、自主创业、未就业、不再享受政策、本季度才识别：不列"
given = """
registry_household #H1 household_no=H1 wage_income_fen=1
registry_person @P1 #H1 household_no=H1
labour @P1 employment=转移就业
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2
labour @P2 employment=转移就业
registry_household #H3 household_no=H3 wage_income_fen=0
registry_person @P3 #H3 household_no=H3
labour @P3 employment=自主创业
registry_person @P4 #H3 household_no=H3
labour @P4 employment=未就业
registry_household #H4 household_no=H4 wage_income_fen=0 exit_status=已脱贫(不再享受政策)
registry_person @P5 #H4 household_no=H4
labour @P5 employment=转移就业
registry_household #H5 household_no=H5 wage_income_fen=0
registry_person @P6 #H5 household_no=H5 identified_date=2018-07-01
labour @P6 employment=转移就业
"""
expect = []

[[example]]
case = "收入看不出：不判断"
given = """
registry_household #H1 household_no=H1 wage_income_fen=?
registry_person @P1 #H1 household_no=H1
labour @P1 employment=转移就业
"""
expect = []
undecided = ["H1"]
*/
SELECT h.household_id AS subject_id, h.record_id || ';' || l.record_id AS evidence
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN registry_household h ON h.household_no = p.household_no
JOIN labour l ON l.person_id = p.person_id
WHERE h.wage_income_fen = 0 AND l.employment IN ('转移就业', '公益性岗位')
