/*
code = "M22"
title = "线索写明纳入，名单上没有"
why = "线索办结写明纳入监测或低收入人口，名单上却没有这个人，纳入没有落实。"
policy = { clause = "一(七)", quote = "农户申报、部门预警和热线反映的线索，限期核实办结" }
owner = "农业农村局"
severity = "S2"
subject = "person"
sources = ["lead", "registry_person", "registry_household", "low_income"]
optional_sources = ["deceased"]
absent_from = [
    { list = "registry_person", of = "lead", rows = "monitored_person" },
    { list = "low_income", of = "lead", rows = "pool_person" },
]
due_days = 30
advice = [
    "查是否按程序纳入，没有的补办",
    "以家庭其他成员纳入的登记说明",
]
message = "线索处理结果为“{result}”，相应名单上没有此人。"

[[example]]
case = "上月办结纳入，名单上没有：列为疑点"
given = """
lead @P1 decided_date=2025-02-28 result=纳入监测
lead @P2 decided_date=2025-02-28 result=纳入低收入人口
registry_person @P9
registry_household #H9
low_income @P9
"""
expect = ["P1/线1 <- lead:1", "P2/线1 <- lead:2"]

[[example]]
case = "纳入监测，名单上仍是脱贫户、已自然减少：列为疑点"
given = """
lead @P1 decided_date=2025-02-10 result=纳入监测
registry_household #H1 household_type=脱贫户 risk_status=NULL
registry_person @P1 #H1
lead @P2 decided_date=2025-02-10 result=纳入监测
registry_household #H2
registry_person @P2 #H2 person_status=自然减少
low_income @P9
"""
expect = ["P1/线1", "P2/线1"]

[[example]]
case = "名单上有、本月才办结、去世、不符合条件：不列；低收入已退出：列为疑点"
given = """
lead @P1 decided_date=2025-02-10 result=纳入监测
registry_household #H1 risk_status=已消除
registry_person @P1 #H1
lead @P2 decided_date=2025-02-10 result=纳入低收入人口
low_income @P2 category=其他
lead @P3 decided_date=2025-03-01 result=纳入监测
lead @P4 decided_date=2025-02-10 result=纳入监测
deceased @P4
lead @P5 decided_date=2025-02-10 result=不符合条件
lead @P6 decided_date=2025-02-10 result=纳入低收入人口
low_income @P6 stop_month=202503
lead @P7 decided_date=2025-03-01 result=纳入低收入人口
lead @P8 decided_date=2025-02-10 result=纳入低收入人口
deceased @P8
"""
expect = ["P6/线1"]
*/
SELECT l.person_id AS subject_id, l.lead_no AS rule_key, l.record_id AS evidence, l.result AS result, 'registry_person' AS missing_from
FROM lead l
ANTI JOIN monitored_person p ON p.person_id = l.person_id
ANTI JOIN dead_person x ON x.person_id = l.person_id
CROSS JOIN parameter q
WHERE l.result = '纳入监测' AND l.decided_date < q.quarter_start
UNION ALL
SELECT l.person_id AS subject_id, l.lead_no AS rule_key, l.record_id AS evidence, l.result AS result, 'low_income' AS missing_from
FROM lead l
ANTI JOIN pool_person a ON a.person_id = l.person_id
ANTI JOIN dead_person x ON x.person_id = l.person_id
CROSS JOIN parameter q
WHERE l.result = '纳入低收入人口' AND l.decided_date < q.quarter_start
