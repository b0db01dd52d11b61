/*
code = "R04"
title = "低保贫困户、特困供养贫困户无在享成员"
why = "户属性写着低保或特困供养，民政名单里却没有这家人：要么属性没有更新，要么待遇被停。"
policy = { clause = "二(一)2", quote = "实现低保对象动态管理与建档立卡贫困人口识别的精准衔接" }
owner = "扶贫办"
severity = "S2"
subject = "household"
sources = ["registry_household", "registry_person", "dibao", "tekun"]
absent_from = [
    { list = "dibao", of = "registry_person", key = "dibao" },
    { list = "tekun", of = "registry_person", key = "tekun" },
]
due_days = 30
advice = [
    "向民政部门核对该户低保、特困供养的审批和发放情况",
    "待遇已停且原因正当的，更新贫困户属性；停得不当的，由民政部门恢复",
    "以他人名义或错误证号领取的，更正两边的姓名和证件号码",
]
message = "该户登记为{poverty_attribute}，{benefit}名单中没有该户在册成员。"
related = ["R14"]

[[example]]
case = "低保贫困户无人在保：列为疑点"
given = """
registry_household @P1 #H1 poverty_attribute=低保贫困户
registry_person @P1 #H1
"""
expect = ["H1/dibao <- registry_household:1 registry_person:1"]

[[example]]
case = "已批准、下季度起发：不列"
given = """
registry_household @P1 #H1 poverty_attribute=低保贫困户
registry_person @P1 #H1
dibao @P1 household_no=D1 start_month=201810
"""
expect = []

[[example]]
case = "低保已停：列为疑点"
given = """
registry_household @P1 #H1 poverty_attribute=低保贫困户
registry_person @P1 #H1
dibao @P1 household_no=D1 stop_month=201809
"""
expect = ["H1/dibao"]

[[example]]
case = "季度末以后才停：不列"
given = """
registry_household @P1 #H1 poverty_attribute=低保贫困户
registry_person @P1 #H1
dibao @P1 household_no=D1 stop_month=201810
"""
expect = []

[[example]]
case = "在保的是已不在册的成员：列为疑点"
given = """
registry_household @P1 #H1 poverty_attribute=低保贫困户
registry_person @P1 #H1
registry_person @P2 #H1 person_status=死亡
dibao @P2 household_no=D1
"""
expect = ["H1/dibao"]

[[example]]
case = "特困供养贫困户不在名单：列为疑点"
given = """
registry_household @P1 #H1 poverty_attribute=特困供养贫困户
registry_person @P1 #H1
dibao @P1 household_no=D1
"""
expect = ["H1/tekun"]

[[example]]
case = "特困供养贫困户在名单：不列"
given = """
registry_household @P1 #H1 poverty_attribute=特困供养贫困户
registry_person @P1 #H1
tekun @P1
"""
expect = []

[[example]]
case = "一般贫困户：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
"""
expect = []

[[example]]
case = "已脱贫不再享受政策：不列"
given = """
registry_household @P1 #H1 poverty_attribute=低保贫困户 exit_status=已脱贫(不再享受政策)
registry_person @P1 #H1
registry_household @P2 #H2 poverty_attribute=特困供养贫困户 exit_status=已脱贫(不再享受政策)
registry_person @P2 #H2
"""
expect = []

[[example]]
case = "脱贫标志未填、预脱贫：列为疑点"
given = """
registry_household @P1 #H1 poverty_attribute=低保贫困户 exit_status=NULL
registry_person @P1 #H1
registry_household @P2 #H2 poverty_attribute=特困供养贫困户 exit_status=预脱贫
registry_person @P2 #H2
"""
expect = ["H1/dibao", "H2/tekun"]

[[example]]
case = "全户已清退、没有一名在册成员（由R12、Q70列）：不列"
given = """
registry_household @P1 #H1 poverty_attribute=低保贫困户
registry_person @P1 #H1 person_status=户清退时清退人员
dibao @P1 household_no=D1
registry_household @P2 #H2 poverty_attribute=特困供养贫困户
registry_person @P2 #H2 person_status=死亡
"""
expect = []

[[example]]
case = "参数写明停保当月仍发：9月停保的不列"
given = """
parameter stop_month_paid=1
registry_household @P1 #H1 poverty_attribute=低保贫困户
registry_person @P1 #H1
dibao @P1 household_no=D1 stop_month=201809
"""
expect = []
*/
WITH on_dibao AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN dibao d ON d.person_id = p.person_id
    CROSS JOIN parameter q
    WHERE d.stop_month IS NULL OR d.stop_month + q.stop_month_paid > q.last_month
),
on_tekun AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN tekun t ON t.person_id = p.person_id
),
hit AS (
    SELECT h.household_no, h.household_id, h.poverty_attribute, 'dibao' AS rule_key, '低保' AS benefit
    FROM registry_household h
    SEMI JOIN entitled_household e ON e.household_no = h.household_no
    SEMI JOIN poor_person l ON l.household_no = h.household_no
    LEFT JOIN on_dibao b ON b.household_no = h.household_no
    WHERE h.poverty_attribute = '低保贫困户' AND b.household_no IS NULL
    UNION ALL
    SELECT h.household_no, h.household_id, h.poverty_attribute, 'tekun' AS rule_key, '特困供养' AS benefit
    FROM registry_household h
    SEMI JOIN entitled_household e ON e.household_no = h.household_no
    SEMI JOIN poor_person l ON l.household_no = h.household_no
    LEFT JOIN on_tekun b ON b.household_no = h.household_no
    WHERE h.poverty_attribute = '特困供养贫困户' AND b.household_no IS NULL
)
SELECT
    h.household_id AS subject_id,
    h.rule_key AS rule_key,
    v.record_id AS evidence,
    v.evidence_order AS evidence_order,
    h.poverty_attribute AS poverty_attribute,
    h.benefit AS benefit
FROM hit h
JOIN registry_evidence v ON v.household_no = h.household_no
