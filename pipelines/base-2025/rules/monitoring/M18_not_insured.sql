/*
code = "M18"
title = "脱贫户、监测户没有参加医保"
why = "没有参保，看病没有保障，容易因病返贫。"
policy = { clause = "三(二)", quote = "农村低收入人口和脱贫人口应保尽保，都参加基本医疗保险" }
owner = "医保局"
severity = "S1"
subject = "person"
sources = ["registry_household", "registry_person", "insurance"]
optional_sources = ["deceased", "moved", "student"]
absent_from = [{ list = "insurance", of = "registry_person", rows = "insured_or_excused" }]
due_days = 15
advice = [
    "查参保姓名和证件号码是否一致",
    "动员参保，落实参保资助；外地参保的登记说明",
]
message = "{household_type}的成员，本年度没有正常参保记录。"

[[example]]
case = "没有参保、只有上年度的、已终止：列为疑点"
given = """
registry_household #H1
registry_person @P1 #H1
registry_household #H2 household_type=脱贫户 risk_status=NULL
registry_person @P2 #H2
insurance @P2 year=2024
registry_person @P3 #H2
insurance @P3 status=终止 stop_reason=其他
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2", "P3 <- registry_person:3"]

[[example]]
case = "正常参保、职工医保、状态没有填写、参军、服刑、外地、异地参保、已死亡停保：不列"
given = """
registry_household #H1
registry_person @P1 #H1
insurance @P1
registry_person @P2 #H1
insurance @P2 scheme=职工
registry_person @P3 #H1
insurance @P3 status=NULL
registry_person @P4 #H1
insurance @P4 status=暂停 stop_reason=参军
registry_person @P5 #H1
insurance @P5 status=终止 stop_reason=外地参保
registry_person @P6 #H1
insurance @P6 status=终止 stop_reason=死亡
registry_person @P7 #H1
insurance @P7 status=暂停 stop_reason=服刑
registry_person @P8 #H1
insurance @P8 status=暂停 stop_reason=异地参保
"""
expect = []

[[example]]
case = "出生不满九十天、高校在读、迁出市外、去世、已消除户：不列；满九十天、高校毕业、中学生：列为疑点"
given = """
registry_household #H1
registry_person @P1 #H1 birth_date=2025-01-01
registry_person @P2 #H1 birth_date=2024-12-31
registry_person @P3 #H1
student @P3 stage=高校
registry_person @P4 #H1
student @P4 stage=高校 status=毕业
registry_person @P5 #H1
student @P5 stage=初中
registry_person @P6 #H1
moved @P6
registry_person @P7 #H1
deceased @P7
registry_household #H2 risk_status=已消除
registry_person @P8 #H2
insurance @P9
"""
expect = ["P2", "P4", "P5"]

[[example]]
case = "参保状态看不清：不判断；参保名单里有一条很可能就是本人：待确认"
given = """
registry_household #H1
registry_person @P1 #H1
insurance @P1 status=?
registry_person @P2 #H1
insurance @P3
near_miss source=insurance record_id=registry_person:2 candidate=insurance:2
"""
expect = ["P2 待确认 <- registry_person:2 insurance:2"]
undecided = ["P1"]
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, h.household_type AS household_type
FROM uninsured p
JOIN registry_household h ON h.household_no = p.household_no
ANTI JOIN released_household e ON e.household_no = p.household_no
