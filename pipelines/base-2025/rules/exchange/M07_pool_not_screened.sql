/*
code = "M07"
title = "低收入家庭没有经过监测核实"
why = "低保边缘、刚性支出困难的农村家庭容易返贫致贫，应核实是否纳入监测。"
policy = { clause = "二(六)", quote = "监测对象与低收入人口相互比对，符合条件的相互纳入" }
owner = "农业农村局"
severity = "S2"
subject = "person"
sources = ["low_income", "registry_person"]
optional_sources = ["deceased"]
absent_from = [{ list = "registry_person", of = "low_income" }]
due_days = 30
advice = [
    "乡村入户核实“两不愁三保障”和收入",
    "符合条件的纳入监测，不符合的写明理由",
]
message = "农村{category}家庭成员，不在监测系统。"

[[example]]
case = "农村低保边缘、刚性支出困难不在监测系统：列为疑点"
given = """
low_income @P1 category=低保边缘
low_income @P2 category=刚性支出困难
registry_person @P9
"""
expect = ["P1 <- low_income:1", "P2 <- low_income:2"]

[[example]]
case = "城市的、低保、已退出、去世、已在监测系统：不列；只有近似的人：待确认"
given = """
low_income @P1 category=低保边缘 area=城市
low_income @P2
low_income @P3 category=低保边缘 stop_month=202502
low_income @P4 category=低保边缘
deceased @P4
low_income @P5 category=低保边缘
registry_person @P5
low_income @P6 category=低保边缘
near_miss source=registry_person record_id=low_income:6 candidate=registry_person:1
"""
expect = ["P6 待确认 <- low_income:6 registry_person:1"]
*/
SELECT l.person_id AS subject_id, l.record_id AS evidence, l.category AS category
FROM low_income_active l
ANTI JOIN registry_person p ON p.person_id = l.person_id
ANTI JOIN dead_person x ON x.person_id = l.person_id
WHERE l.category IN ('低保边缘', '刚性支出困难') AND l.area = '农村'
