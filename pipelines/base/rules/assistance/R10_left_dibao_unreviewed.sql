/*
code = "R10"
title = "本季退保未复核"
why = "上季度在保、本季度退出低保的家庭仍未脱贫，退保后可能返贫或失去兜底。"
policy = { clause = "二(一)2", quote = "有进有出" }
owner = "民政局"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person", "dibao", "tekun", "dibao_previous"]
optional_sources = ["deceased", "insurance"]
absent_from = [
    { list = "dibao", rows = "protected_person" },
    { list = "tekun", rows = "protected_person" },
]
due_days = 30
advice = [
    "查停保审批表和收入核算",
    "退保后收入仍低于标准的恢复保障；确已好转的按程序办理脱贫",
]
message = "该户{exit_status}，上季度有成员享受农村低保，本季度已退出，未见死亡、转特困、迁出或收入已核等原因。"
related = ["R14"]

[[example]]
case = "未脱贫户退保：列为疑点"
given = """
dibao_previous @P1 household_no=D1
registry_household @P1 #H1
registry_person @P1 #H1
"""
expect = ["H1 <- registry_household:1 dibao_previous:1"]

[[example]]
case = "仍在保（换了家庭编号）：不列"
given = """
dibao_previous @P1 household_no=D1
dibao @P1 household_no=D2
registry_household @P1 #H1
registry_person @P1 #H1
"""
expect = []

[[example]]
case = "转为特困：不列"
given = """
dibao_previous @P1 household_no=D1
tekun @P1
registry_household @P1 #H1
registry_person @P1 #H1
"""
expect = []

[[example]]
case = "停保原因为死亡、转特困、迁出：不列"
given = """
dibao_previous @P1 household_no=D1
dibao @P1 household_no=D1 stop_month=201808 stop_reason=家庭成员死亡
registry_household @P1 #H1
registry_person @P1 #H1
dibao_previous @P2 household_no=D2
dibao @P2 household_no=D2 stop_month=201808 stop_reason=转特困供养
registry_household @P2 #H2
registry_person @P2 #H2
dibao_previous @P3 household_no=D3
dibao @P3 household_no=D3 stop_month=201808 stop_reason=整户迁出
registry_household @P3 #H3
registry_person @P3 #H3
"""
expect = []

[[example]]
case = "停保原因为收入超标而未脱贫：列为疑点"
given = """
dibao_previous @P1 household_no=D1
dibao @P1 household_no=D1 stop_month=201808 stop_reason=收入超标
registry_household @P1 #H1 exit_status=返贫
registry_person @P1 #H1
"""
expect = ["H1"]

[[example]]
case = "已脱贫、上季度已停、城市低保：不列"
given = """
dibao_previous @P1 household_no=D1
registry_household @P1 #H1 exit_status=已脱贫(享受政策)
registry_person @P1 #H1
dibao_previous @P2 household_no=D2 stop_month=201806
registry_household @P2 #H2
registry_person @P2 #H2
dibao_previous @P3 household_no=D3 category=城市
registry_household @P3 #H3
registry_person @P3 #H3
dibao_previous @P4 household_no=D4 start_month=201807
registry_household @P4 #H4
registry_person @P4 #H4
"""
expect = []

[[example]]
case = "上季度末以后才停：列为疑点"
given = """
dibao_previous @P1 household_no=D1 stop_month=201807
registry_household @P1 #H1
registry_person @P1 #H1
"""
expect = ["H1"]

[[example]]
case = "停保原因写明收入已核、复核：不列"
given = """
dibao_previous @P1 household_no=D1
dibao @P1 household_no=D1 stop_month=201808 stop_reason=收入超标(已核)
registry_household @P1 #H1
registry_person @P1 #H1
dibao_previous @P2 household_no=D2
dibao @P2 household_no=D2 stop_month=201808 stop_reason=经复核不符合条件
registry_household @P2 #H2
registry_person @P2 #H2
"""
expect = []

[[example]]
case = "只有一人因参军退出、其余仍在保或转特困：不列；因“拆迁补偿”退出未复核：列为疑点；户口迁往外地、婚迁、公安登记死亡：不列；预脱贫：列为疑点"
given = """
dibao_previous @P1 household_no=D1
dibao_previous @P2 household_no=D1
dibao @P1 household_no=D1
dibao @P2 household_no=D1 stop_month=201808 stop_reason=参军
registry_household @P1 #H1
registry_person @P1 #H1
registry_person @P2 #H1
dibao_previous @P3 household_no=D3
dibao @P3 household_no=D3 stop_month=201808 stop_reason=拆迁补偿收入超标
registry_household @P3 #H3
registry_person @P3 #H3
dibao_previous @P4 household_no=D4
dibao @P4 household_no=D4 stop_month=201808 stop_reason=迁往外省
registry_household @P4 #H4
registry_person @P4 #H4
dibao_previous @P5 household_no=D5
dibao @P5 household_no=D5 stop_month=201808 stop_reason=婚迁
registry_household @P5 #H5
registry_person @P5 #H5
dibao_previous @P6 household_no=D6
registry_household @P6 #H6
registry_person @P6 #H6
deceased @P6 death_date=2018-08-20
dibao_previous @P7 household_no=D7
registry_household @P7 #H7 exit_status=预脱贫
registry_person @P7 #H7
dibao_previous @P8 household_no=D8
dibao @P8 household_no=D8 stop_month=201808 stop_reason=迁移外地
registry_household @P8 #H8
registry_person @P8 #H8
dibao_previous @P9 household_no=D9
dibao @P9 household_no=D9 stop_month=201808 stop_reason=户口迁走
registry_household @P9 #H9
registry_person @P9 #H9
"""
expect = ["H3", "H7"]

[[example]]
case = "停保原因写去世、病故、转五保：不列"
given = """
dibao_previous @P1 household_no=D1
dibao @P1 household_no=D1 stop_month=201808 stop_reason=户主去世
registry_household @P1 #H1
registry_person @P1 #H1
dibao_previous @P2 household_no=D2
dibao @P2 household_no=D2 stop_month=201808 stop_reason=病故
registry_household @P2 #H2
registry_person @P2 #H2
dibao_previous @P3 household_no=D3
dibao @P3 household_no=D3 stop_month=201808 stop_reason=转五保
registry_household @P3 #H3
registry_person @P3 #H3
"""
expect = []

[[example]]
case = "参数写明停保当月仍发：6月停保的上季度末仍在保"
given = """
parameter stop_month_paid=1
dibao_previous @P1 household_no=D1 stop_month=201806
registry_household @P1 #H1
registry_person @P1 #H1
dibao_previous @P2 household_no=D2 stop_month=201805
registry_household @P2 #H2
registry_person @P2 #H2
"""
expect = ["H1"]
*/
WITH excused AS (
    SELECT DISTINCT d.person_id
    FROM dibao d
    WHERE d.stop_reason LIKE '%死亡%' OR d.stop_reason LIKE '%去世%' OR d.stop_reason LIKE '%病故%' OR d.stop_reason LIKE '%特困%' OR d.stop_reason LIKE '%五保%' OR d.stop_reason LIKE '%迁出%' OR d.stop_reason LIKE '%迁移%'
        OR d.stop_reason LIKE '%婚迁%' OR d.stop_reason LIKE '%迁往%' OR d.stop_reason LIKE '%户口迁%' OR d.stop_reason LIKE '%已核%' OR d.stop_reason LIKE '%复核%'
),
-- One member left, the others stay: the household has not left.
remaining AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN protected_person c ON c.person_id = p.person_id
),
gone AS (
    SELECT b.person_id, b.record_id
    FROM dibao_active_previous b
    LEFT JOIN dead_person x ON x.person_id = b.person_id
    LEFT JOIN excused e ON e.person_id = b.person_id
    WHERE b.category = '农村' AND e.person_id IS NULL AND x.person_id IS NULL
),
hit AS (
    SELECT h.household_id, h.exit_status, h.record_id AS registry_record, g.record_id AS previous_record
    FROM registry_household h
    JOIN poor_person p ON p.household_no = h.household_no
    JOIN gone g ON g.person_id = p.person_id
    SEMI JOIN poor_household o ON o.household_no = h.household_no
    LEFT JOIN remaining r ON r.household_no = h.household_no
    WHERE r.household_no IS NULL
)
SELECT i.household_id AS subject_id, i.registry_record AS evidence, 0 AS evidence_order, i.exit_status AS exit_status FROM hit i
UNION ALL
SELECT i.household_id AS subject_id, i.previous_record AS evidence, 1 AS evidence_order, i.exit_status AS exit_status FROM hit i
