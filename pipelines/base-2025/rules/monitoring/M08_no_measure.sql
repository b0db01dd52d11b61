/*
code = "M08"
title = "识别超过一个月没有落实帮扶措施"
why = "监测对象识别以后应及时帮扶，超过一个月没有措施，风险可能扩大。"
policy = { clause = "一(三)", quote = "识别后及时落实帮扶措施" }
owner = "农业农村局"
severity = "S1"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.measure_month"]
due_days = 10
advice = [
    "明确帮扶责任人，按风险类型落实措施",
    "已落实的补录措施和时间",
]
message = "识别时间{identified_month}，至今没有登记帮扶措施。"

[[example]]
case = "上月识别没有措施：列为疑点；本月识别：不列；去年十二月识别：列为疑点"
given = """
registry_household #H1 identified_month=202502 measure=NULL measure_month=NULL
registry_household #H2 identified_month=202503 measure=NULL measure_month=NULL
registry_household #H3 identified_month=202412 measure=NULL measure_month=NULL
"""
expect = ["H1 <- registry_household:1", "H3 <- registry_household:3"]

[[example]]
case = "识别时间没有填写：说不出是本月识别的，列为疑点"
given = """
registry_household #H1 identified_month=NULL measure=NULL measure_month=NULL
registry_household #H2 identified_month=NULL
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "写了措施或落实时间、已消除、脱贫户：不列；措施看不清：不判断"
given = """
registry_household #H1 measure_month=NULL
registry_household #H2 measure=NULL
registry_household #H3 measure=NULL measure_month=NULL risk_status=已消除
registry_household #H4 measure=NULL measure_month=NULL household_type=脱贫户
registry_household #H5 measure=? measure_month=NULL
"""
expect = []
undecided = ["H5"]
*/
-- Whoever leaves the month blank is not excused as newly identified.
SELECT h.household_id AS subject_id, h.record_id AS evidence, h.identified_month AS identified_month
FROM watched_household h
CROSS JOIN month_window w
WHERE h.measure IS NULL AND h.measure_month IS NULL
    AND (h.identified_month IS NULL
        OR w.last_index - ((h.identified_month - h.identified_month % 100) * 12 + (h.identified_month % 100) * 100) >= 100)
