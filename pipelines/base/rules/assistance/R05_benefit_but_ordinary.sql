/*
code = "R05"
title = "一般贫困户有在保/特困成员（属性未更新）"
why = "成员已享受低保或特困供养，户属性仍是一般贫困户，政策享受和统计口径会出错。"
policy = { clause = "二(一)2", quote = "实现低保对象动态管理与建档立卡贫困人口识别的精准衔接" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person", "dibao", "tekun"]
due_days = 60
advice = [
    "核对民政审批文件和起保时间",
    "在本年度动态管理窗口更新贫困户属性",
    "按人施保且当地规定不改属性的，注明情况",
]
message = "该户登记为一般贫困户，但有在册成员享受农村低保（整户）或特困供养。"
related = ["R14"]

[[example]]
case = "成员整户享受农村低保：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1
"""
expect = ["H1 <- registry_household:1 dibao:1"]

[[example]]
case = "成员享受特困供养、保障方式未填：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
tekun @P1
registry_household @P2 #H2
registry_person @P2 #H2
dibao @P2 household_no=D2 protection_mode=NULL
"""
expect = ["H1", "H2"]

[[example]]
case = "单人保：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1 protection_mode=单人
"""
expect = []

[[example]]
case = "城市低保、已停保：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1 category=城市
dibao @P1 household_no=D2 stop_month=201801
"""
expect = []

[[example]]
case = "属性已是低保贫困户、已不再享受政策：不列"
given = """
registry_household @P1 #H1 poverty_attribute=低保贫困户
registry_person @P1 #H1
dibao @P1 household_no=D1
registry_household @P2 #H2 exit_status=已脱贫(不再享受政策)
registry_person @P2 #H2
dibao @P2 household_no=D2
"""
expect = []

[[example]]
case = "本季度才开始享受（属性等动态管理窗口更新）：不列；上季度末以前开始、起始年月未填的：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1
dibao @P1 household_no=D1 start_month=201807
registry_household @P2 #H2
registry_person @P2 #H2
tekun @P2 start_month=201807
registry_household @P3 #H3
registry_person @P3 #H3
dibao @P3 household_no=D3 start_month=201806
registry_household @P4 #H4
registry_person @P4 #H4
tekun @P4 start_month=201806
registry_household @P5 #H5
registry_person @P5 #H5
dibao @P5 household_no=D5 start_month=NULL
registry_household @P6 #H6
registry_person @P6 #H6
tekun @P6 start_month=NULL
"""
expect = ["H3", "H4", "H5", "H6"]

[[example]]
case = "脱贫标志未填：列为疑点"
given = """
registry_household @P1 #H1 exit_status=NULL
registry_person @P1 #H1
dibao @P1 household_no=D1
"""
expect = ["H1"]
*/
-- Of what began this quarter the registry learns in its next window.
WITH benefit AS (
    SELECT d.person_id, d.record_id
    FROM dibao_rural d
    CROSS JOIN parameter q
    WHERE (d.protection_mode IS NULL OR d.protection_mode <> '单人') AND (d.start_month IS NULL OR d.start_month < q.first_month)
    UNION ALL
    SELECT t.person_id, t.record_id
    FROM tekun_active t
    CROSS JOIN parameter q
    WHERE t.start_month IS NULL OR t.start_month < q.first_month
),
hit AS (
    SELECT h.household_id, h.record_id AS registry_record, b.record_id AS benefit_record
    FROM registry_household h
    SEMI JOIN entitled_household e ON e.household_no = h.household_no
    JOIN poor_person p ON p.household_no = h.household_no
    JOIN benefit b ON b.person_id = p.person_id
    WHERE h.poverty_attribute = '一般贫困户'
)
SELECT i.household_id AS subject_id, i.registry_record AS evidence, 0 AS evidence_order FROM hit i
UNION ALL
SELECT i.household_id AS subject_id, i.benefit_record AS evidence, 1 AS evidence_order FROM hit i
