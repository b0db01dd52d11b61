/*
code = "M10"
title = "识别后很快标注风险消除，或看不出隔了多久"
why = "识别两个月内就消除，多半没有经过帮扶和稳定期。"
policy = { clause = "一(四)", quote = "返贫致贫风险已经稳定消除的，才标注风险消除" }
owner = "农业农村局"
severity = "S2"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.eliminated_month"]
due_days = 30
advice = [
    "查民主评议、公示和入户核实材料",
    "程序不全的重新纳入监测",
]
message = "识别时间{identified_month}，风险消除时间{eliminated_month}。"

[[example]]
case = "隔一个月、跨年一个月：列为疑点；隔两个月、跨年两个月：不列"
given = """
registry_household #H1 risk_status=已消除 elimination_mode=帮扶消除 identified_month=202501 eliminated_month=202502
registry_household #H2 risk_status=已消除 elimination_mode=帮扶消除 identified_month=202412 eliminated_month=202501
registry_household #H3 risk_status=已消除 elimination_mode=帮扶消除 identified_month=202501 eliminated_month=202503
registry_household #H4 risk_status=已消除 elimination_mode=帮扶消除 identified_month=202411 eliminated_month=202501
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "自然消除、未消除：不列；识别或消除时间、消除方式没有填写的：列为疑点"
given = """
registry_household #H1 risk_status=已消除 elimination_mode=自然消除 identified_month=202501 eliminated_month=202501
registry_household #H2 elimination_mode=帮扶消除 identified_month=202501 eliminated_month=202501
registry_household #H3 risk_status=已消除 elimination_mode=帮扶消除 identified_month=202501
registry_household #H4 risk_status=已消除 elimination_mode=帮扶消除 identified_month=NULL eliminated_month=202501
registry_household #H5 risk_status=已消除 identified_month=202501 eliminated_month=202502
registry_household #H6 risk_status=已消除 elimination_mode=自然消除 identified_month=NULL
registry_household #H9 risk_status=已消除 elimination_mode=帮扶消除 identified_month=202410 eliminated_month=202501
"""
expect = ["H3 <- registry_household:3", "H4 <- registry_household:4", "H5 <- registry_household:5"]
*/
-- Whoever leaves a month blank is not excused: nobody can say then that time enough went by.
SELECT h.household_id AS subject_id, h.record_id AS evidence, h.identified_month AS identified_month, h.eliminated_month AS eliminated_month
FROM released_household h
CROSS JOIN parameter q
WHERE (h.elimination_mode IS NULL OR h.elimination_mode = '帮扶消除')
    AND (h.identified_month IS NULL OR h.eliminated_month IS NULL
        OR (h.eliminated_month - h.eliminated_month % 100) * 12 + (h.eliminated_month % 100) * 100
            - (h.identified_month - h.identified_month % 100) * 12 - (h.identified_month % 100) * 100 < q.elimination_months_least * 100)
