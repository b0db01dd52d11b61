/*
code = "M12"
title = "整户无劳动力却标注风险消除"
why = "整户无劳动能力的，落实社会保障措施后暂不标注风险消除，要持续跟踪。"
policy = { clause = "一(五)", quote = "整户无劳动能力的，落实社会保障措施后暂不标注风险消除，持续跟踪监测" }
owner = "农业农村局"
severity = "S2"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.no_labour"]
due_days = 30
advice = [
    "核实家庭成员劳动能力",
    "确无劳动力的恢复监测，落实低保、特困等保障",
]
message = "登记为整户无劳动力，却标注风险消除，消除方式{elimination_mode}。"

[[example]]
case = "整户无劳动力帮扶消除：列为疑点，消除方式没有填写的也列"
given = """
registry_household #H1 risk_status=已消除 elimination_mode=帮扶消除 no_labour=1
registry_household #H2 risk_status=已消除 no_labour=1
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "有劳动力、没有填写、未消除、自然消除：不列；看不清：不判断"
given = """
registry_household #H1 risk_status=已消除 elimination_mode=帮扶消除 no_labour=0
registry_household #H2 risk_status=已消除 elimination_mode=帮扶消除
registry_household #H3 no_labour=1 elimination_mode=帮扶消除
registry_household #H4 risk_status=已消除 elimination_mode=自然消除 no_labour=1
registry_household #H5 risk_status=已消除 elimination_mode=帮扶消除 no_labour=?
"""
expect = []
undecided = ["H5"]
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence, h.elimination_mode AS elimination_mode
FROM released_household h
WHERE h.no_labour = 1 AND (h.elimination_mode IS NULL OR h.elimination_mode = '帮扶消除')
