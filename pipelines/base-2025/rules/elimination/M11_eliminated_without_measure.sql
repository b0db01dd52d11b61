/*
code = "M11"
title = "风险消除而没有帮扶措施"
why = "不是自然消除，却没有一项措施，消除没有依据。"
policy = { clause = "一(三)", quote = "识别后及时落实帮扶措施，有劳动能力的至少落实一项开发式帮扶" }
owner = "农业农村局"
severity = "S2"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.measure"]
due_days = 30
advice = [
    "补录实际落实的措施",
    "没有措施的重新核实风险是否消除",
]
message = "风险消除方式{elimination_mode}，没有登记任何帮扶措施。"

[[example]]
case = "帮扶消除没有措施：列为疑点，消除方式没有填写的也列"
given = """
registry_household #H1 risk_status=已消除 elimination_mode=帮扶消除 measure=NULL measure_month=NULL
registry_household #H2 risk_status=已消除 measure=NULL measure_month=NULL
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "自然消除、未消除、有措施或落实时间：不列"
given = """
registry_household #H1 risk_status=已消除 elimination_mode=自然消除 measure=NULL measure_month=NULL
registry_household #H2 elimination_mode=帮扶消除 measure=NULL measure_month=NULL
registry_household #H3 risk_status=已消除 elimination_mode=帮扶消除 measure_month=NULL
registry_household #H4 risk_status=已消除 elimination_mode=帮扶消除 measure=NULL
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence, h.elimination_mode AS elimination_mode
FROM released_household h
WHERE (h.elimination_mode IS NULL OR h.elimination_mode = '帮扶消除') AND h.measure IS NULL AND h.measure_month IS NULL
