/*
code = "M21"
title = "风险线索超过期限没有办结"
why = "群众申报、部门预警的线索要在20个工作日内核实办结，拖着就误了帮扶。"
policy = { clause = "一(七)", quote = "农户申报、部门预警和热线反映的线索，限期核实办结" }
owner = "农业农村局"
severity = "S1"
subject = "person"
sources = ["lead"]
columns = ["lead.received_date"]
due_days = 5
advice = [
    "立即入户核实，作出结论并告知本人",
    "已办结的补录日期和结果",
]
message = "{received_date}受理的线索（{channel}），至今没有办结。"

[[example]]
case = "受理满20个工作日没有办结：列为疑点；差一天：不列"
given = """
lead @P1 received_date=2025-03-03
lead @P2 received_date=2025-03-04
"""
expect = ["P1/线1 <- lead:1"]

[[example]]
case = "已办结、写了结果：不列；办结日期看不清：不判断"
given = """
lead @P1 received_date=2025-01-10 decided_date=2025-03-20
lead @P2 received_date=2025-01-10 result=不符合条件
lead @P3 received_date=2025-01-10 decided_date=?
"""
expect = []
undecided = ["P3/线1"]

[[example]]
case = "一个人有两条线索没有办结：各是一件，编号不变就一直是同一件"
given = """
lead @P1 received_date=2025-01-20 lead_no=线7
lead @P1 received_date=2025-02-20 lead_no=线8
"""
expect = ["P1/线7 <- lead:1", "P1/线8 <- lead:2"]
*/
-- A row of a list has another id each month: a lead is the same by whose it is and its number.
SELECT l.person_id AS subject_id, l.lead_no AS rule_key, l.record_id AS evidence, l.received_date AS received_date, l.channel AS channel
FROM lead l
CROSS JOIN parameter q
WHERE l.decided_date IS NULL AND l.result IS NULL AND l.received_date <= q.lead_due_date
