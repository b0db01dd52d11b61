/*
code = "R107"
title = "硬伤（车/房/企/财政供养）"
why = "贫困户、低保户成员有财政供养、车辆、商品房或企业，可能不符合条件，应逐户说明。"
policy = { clause = "二(三)6", quote = "虚报冒领扶贫资金" }
owner = "民政局"
severity = "S1"
subject = "household"
sources = ["registry_household", "registry_person", "dibao", "asset_check"]
optional_sources = ["relocation", "deceased", "insurance"]
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

[[example]]
case = "搬迁入住时或以后登记的商品房（安置房，户主或家人名下）、登记日期不明的：不列；入住以前就有的商品房、搬迁户的车辆、还没有入住的：列为疑点"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
registry_person @P2 #H1 household_no=H1
relocation @P1 #H1 archive_no=R1 move_in_date=2017-12-20
asset_check @P1 kind=商品房 since_date=2017-12-20
asset_check @P2 kind=商品房
asset_check @P1 kind=车辆
registry_household #H3 household_no=H3
registry_person @P3 #H3 household_no=H3
relocation @P3 #H3 archive_no=R3 move_in_date=2017-12-20
asset_check @P3 kind=商品房 since_date=2015-06-01
registry_household #H4 household_no=H4
registry_person @P4 #H4 household_no=H4
relocation @P4 #H4 archive_no=R4 move_in_date=2018-10-01
asset_check @P4 kind=商品房 since_date=2018-10-01
dibao @P5 #H5 household_no=D5
relocation @P5 #H5 archive_no=R5 move_in_date=2018-01-01
asset_check @P5 kind=商品房 since_date=2018-03-01
dibao @P6 #H6 household_no=D6
asset_check @P6 kind=商品房
registry_household #H7 household_no=H7
registry_person @P7 #H7 household_no=H7
relocation @P7 #H7 archive_no=R7
asset_check @P7 kind=商品房
registry_household #H8 household_no=H8
registry_person @P8 #H8 household_no=H8
relocation @P8 #H8 archive_no=R8 site=幸福社区
asset_check @P8 kind=商品房 detail=幸福社区3号楼 since_date=2015-06-01
registry_household #H9 household_no=H9
registry_person @P9 #H9 household_no=H9
relocation @P9 #H9 archive_no=R9
asset_check @P9 kind=商品房 detail=移民安置房 since_date=2015-06-01
registry_household #H10 household_no=H10
registry_person @P10 #H10 household_no=H10
relocation @P10 #H10 archive_no=R10
asset_check @P10 kind=商品房 detail=易地搬迁房 since_date=2015-06-01
"""
expect = ["H1/车辆", "H3/商品房", "H4/商品房", "H6/商品房", "H7/商品房"]

[[example]]
case = "名下有车、企业的人已去世：不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
registry_person @P2 #H1 household_no=H1
deceased @P2 death_date=2018-03-01
asset_check @P2 kind=车辆
"""
expect = []
*/
-- A resettlement flat is often registered as any flat is, in the name of any of the family.
WITH resettled AS (
    SELECT r.person_id, r.move_in_date, r.site
    FROM relocation r
    UNION ALL
    SELECT k.person_id, r.move_in_date, r.site
    FROM relocation r
    JOIN poor_person p ON p.person_id = r.person_id
    JOIN poor_person k ON k.household_no = p.household_no
),
flat AS (
    SELECT a.record_id
    FROM asset_check a
    JOIN resettled r ON r.person_id = a.person_id
    CROSS JOIN parameter q
    WHERE a.kind = '商品房' AND (a.detail LIKE '%安置%' OR a.detail LIKE '%搬迁%' OR STARTS_WITH(a.detail, r.site)
        OR (r.move_in_date <= q.quarter_end AND (a.since_date IS NULL OR a.since_date >= r.move_in_date)))
),
unexplained AS (
    SELECT a.person_id, a.record_id, a.kind, a.detail
    FROM asset_check a
    ANTI JOIN flat f ON f.record_id = a.record_id
    ANTI JOIN dead_person x ON x.person_id = a.person_id
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
