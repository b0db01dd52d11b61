/*
code = "M42"
title = "上月的监测户这个月不在名单上"
why = "监测户只能标注消除或自然减少，不能从名单上消失；消失了就没有人再过问。"
policy = { clause = "一(六)", quote = "风险消除的户继续跟踪，出现新的风险重新纳入" }
owner = "农业农村局"
severity = "S2"
subject = "household"
sources = ["registry_household_previous", "registry_household", "registry_person_previous"]
optional_sources = ["deceased", "moved", "registry_person"]
due_days = 10
advice = [
    "查是否误删，恢复监测",
    "整户自然减少的补材料并标注自然消除",
]
message = "上月为{household_type}，风险未消除，这个月名单上没有这一户。"

[[example]]
case = "上月未消除、没有填写是否消除，这个月没有：列为疑点"
given = """
registry_household_previous #H1
registry_person_previous @P1 #H1
registry_household_previous #H2 risk_status=NULL
registry_person_previous @P2 #H2
registry_household #H9
"""
expect = ["H1 <- registry_household_previous:1", "H2 <- registry_household_previous:2"]

[[example]]
case = "还在名单上、上月已消除、脱贫户、全家去世、全家迁出市外、没有在册成员：不列"
given = """
registry_household_previous #H1
registry_person_previous @P1 #H1
registry_household #H1 risk_status=已消除
registry_household_previous #H2 risk_status=已消除
registry_person_previous @P2 #H2
registry_household_previous #H3 household_type=脱贫户
registry_person_previous @P3 #H3
registry_household_previous #H4
registry_person_previous @P4 #H4
deceased @P4
registry_household_previous #H5
registry_person_previous @P5 #H5
moved @P5
registry_household_previous #H6
registry_person_previous @P6 #H6 person_status=户籍迁出
"""
expect = []

[[example]]
case = "去世一人、还有一人：列为疑点"
given = """
registry_household_previous #H1
registry_person_previous @P1 #H1
registry_person_previous @P2 #H1
deceased @P1
registry_household #H9
"""
expect = ["H1"]
*/
WITH departed AS (
    SELECT x.person_id
    FROM dead_person x
    UNION
    SELECT m.person_id
    FROM moved_away m
),
remaining AS (
    SELECT DISTINCT p.household_no
    FROM registry_person_previous p
    ANTI JOIN departed g ON g.person_id = p.person_id
    WHERE p.person_status = '正常'
)
SELECT b.household_id AS subject_id, b.record_id AS evidence, b.household_type AS household_type
FROM registry_household_previous b
SEMI JOIN remaining r ON r.household_no = b.household_no
ANTI JOIN registry_household h ON h.household_no = b.household_no
WHERE b.household_type IN ('脱贫不稳定户', '边缘易致贫户', '突发严重困难户') AND (b.risk_status IS NULL OR b.risk_status = '未消除')
