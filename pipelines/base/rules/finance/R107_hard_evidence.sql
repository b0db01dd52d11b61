/*
code = "R107"
title = "硬伤（车/房/企/财政供养）"
why = "贫困户、低保户成员有财政供养、车辆、商品房或企业，可能不符合条件，应逐户说明。"
policy = { clause = "二(三)6", quote = "虚报冒领扶贫资金" }
owner = "民政局"
severity = "S1"
subject = "household"
sources = ["registry_household", "registry_person", "dibao", "asset_check"]
due_days = 15
advice = [
    "核实取得时间、价值和用途",
    "属易地搬迁房、合作社入股、生产用车的登记说明",
    "确不符合条件的按程序清退",
]
message = "家庭成员核对出{kind}（{detail}）。"
related = ["R14"]

[[example]]
case = "建档立卡户、低保户成员有核对信息"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
asset_check @P1 kind=车辆
dibao @P2 #H2 household_no=D2
asset_check @P2 kind=企业 explained=0
"""
expect = ["H1/车辆 <- registry_household:1 asset_check:1", "H2/企业 <- dibao:1 asset_check:2"]

[[example]]
case = "已说明原因、不再享受政策、不在名单中：不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
asset_check @P1 kind=车辆 explained=1
dibao @P9 #H9 household_no=D9
asset_check @P9 kind=车辆 explained=1
registry_household #H2 household_no=H2 exit_status=已脱贫(不再享受政策)
registry_person @P2 #H2 household_no=H2
asset_check @P2 kind=车辆
asset_check @P3 kind=车辆
"""
expect = []

[[example]]
case = "低保户成员也是建档立卡的：按建档立卡户列一次；不再享受政策的低保户：按低保户列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
dibao @P1 #H1 household_no=D1
asset_check @P1 kind=车辆
registry_household #H2 household_no=H2 exit_status=已脱贫(不再享受政策)
registry_person @P2 #H2 household_no=H2
dibao @P2 #H2 household_no=D2
asset_check @P2 kind=车辆
"""
expect = ["H1/车辆 <- registry_household:1 asset_check:1", "H2/车辆 <- dibao:2 asset_check:2"]
*/
WITH unexplained AS (
    SELECT a.person_id, a.record_id, a.kind, a.detail
    FROM asset_check a
    WHERE (a.explained IS NULL OR a.explained = 0)
),
supported AS (
    SELECT p.person_id, h.household_id, h.record_id
    FROM poor_person p
    JOIN registry_household h ON h.household_no = p.household_no
    SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
)
SELECT s.household_id AS subject_id, a.kind AS rule_key, s.record_id || ';' || a.record_id AS evidence, a.kind AS kind, a.detail AS detail
FROM supported s
JOIN unexplained a ON a.person_id = s.person_id
UNION ALL
SELECT d.household_id AS subject_id, a.kind AS rule_key, d.record_id || ';' || a.record_id AS evidence, a.kind AS kind, a.detail AS detail
FROM dibao_rural d
JOIN unexplained a ON a.person_id = d.person_id
LEFT JOIN supported s ON s.person_id = d.person_id
WHERE s.person_id IS NULL
