/*
code = "M38"
title = "困难家庭的危房超过三个月没有消除隐患"
why = "发现危房要及时消除隐患，拖过三个月的要盯住。"
policy = { clause = "三(四)", quote = "农村住房安全动态监测，发现危房及时消除隐患" }
owner = "住建局"
severity = "S1"
subject = "person"
sources = ["housing_watch"]
optional_sources = ["low_income", "registry_person", "registry_household", "deceased"]
due_days = 15
advice = [
    "现场看房，排定改造或拆除时间",
    "另有安全住房的登记说明",
]
message = "{checked_month}排查鉴定为{danger_level}级，隐患没有消除。"

[[example]]
case = "低保户、监测户、脱贫户的C、D级房满三个月：列为疑点；差一个月：不列"
given = """
housing_watch @P1 danger_level=C checked_month=202412
low_income @P1
housing_watch @P2 danger_level=D checked_month=202411
registry_household #H2
registry_person @P2 #H2
housing_watch @P3 danger_level=D checked_month=202411
registry_household #H3 household_type=脱贫户 risk_status=NULL
registry_person @P3 #H3
housing_watch @P4 danger_level=D checked_month=202501
low_income @P4
"""
expect = ["P1 <- housing_watch:1", "P2 <- housing_watch:2", "P3 <- housing_watch:3"]

[[example]]
case = "B级、已消除、一般农户、低收入已退出、去世、风险已消除户（按M14列）：不列；等级看不清：不判断"
given = """
housing_watch @P1 danger_level=B
low_income @P1
housing_watch @P2 danger_level=D settled=1
low_income @P2
housing_watch @P3 danger_level=D
housing_watch @P4 danger_level=D
low_income @P4 stop_month=202501
housing_watch @P5 danger_level=D
low_income @P5
deceased @P5
housing_watch @P6 danger_level=D
registry_household #H6 risk_status=已消除
registry_person @P6 #H6
low_income @P6 category=其他
housing_watch @P7 danger_level=?
low_income @P7
"""
expect = []
undecided = ["P7"]
*/
WITH needy AS (
    SELECT l.person_id
    FROM low_income_active l
    UNION
    SELECT p.person_id
    FROM current_person p
    JOIN registry_household h ON h.household_no = p.household_no
),
released_person AS (
    SELECT DISTINCT p.person_id
    FROM current_person p
    JOIN released_household e ON e.household_no = p.household_no
)
SELECT o.person_id AS subject_id, o.record_id AS evidence, o.danger_level AS danger_level, o.checked_month AS checked_month
FROM dangerous_house o
SEMI JOIN needy n ON n.person_id = o.person_id
ANTI JOIN released_person r ON r.person_id = o.person_id
ANTI JOIN dead_person x ON x.person_id = o.person_id
CROSS JOIN month_window w
CROSS JOIN parameter q
WHERE w.last_index - ((o.checked_month - o.checked_month % 100) * 12 + (o.checked_month % 100) * 100) >= q.house_months * 100
