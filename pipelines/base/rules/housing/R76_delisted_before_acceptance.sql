/*
code = "R76"
title = "未验收先销档"
why = "没有验收合格就销档，房子可能没有改好。"
policy = { clause = "二(三)5", quote = "改造一户、销档一户" }
owner = "住房和城乡建设局"
severity = "S1"
subject = "household"
sources = ["housing"]
optional_sources = ["deceased", "insurance", "registry_person", "relocation"]
due_days = 15
advice = [
    "到现场看房，补办验收或恢复在账",
    "因死亡、搬迁、自建等销档的注明原因",
]
message = "该户危房改造台账已销档，没有验收合格的记录。"
related = ["R14"]

[[example]]
case = "没有验收、验收不合格、没有日期而销档：列为疑点"
given = """
housing #H1 archive_no=A1 ledger_status=销档 accept_date=2018-01-01
housing #H2 archive_no=A2 ledger_status=销档 accept_result=不合格 accept_date=2018-01-01
housing #H3 archive_no=A3 ledger_status=销档 accept_result=合格
"""
expect = ["H1/A1 <- housing:1", "H2/A2 <- housing:2", "H3/A3 <- housing:3"]

[[example]]
case = "验收合格后销档、仍在账：不列"
given = """
housing #H1 ledger_status=销档 accept_result=合格 accept_date=2018-01-01
housing #H2 ledger_status=在账
"""
expect = []

[[example]]
case = "因死亡、搬迁、自建销档：不列；因其他原因：列为疑点"
given = """
housing #H1 ledger_status=销档 reason=户主死亡
housing #H2 ledger_status=销档 reason=易地搬迁
housing #H3 ledger_status=销档 reason=自建住房
housing #H4 archive_no=A4 ledger_status=销档 reason=年久失修
"""
expect = ["H4/A4"]

[[example]]
case = "台账有“销档原因”的看这一列；没有这一列的，户主登记死亡、易地搬迁名单上有的：不列"
given = """
housing #H1 archive_no=A1 ledger_status=销档 reason=D级整栋危险 delist_reason=全家死亡
housing @P2 #H2 archive_no=A2 ledger_status=销档 reason=D级整栋危险
deceased @P2 death_date=2018-01-05
housing @P3 #H3 archive_no=A3 ledger_status=销档
relocation @P3 move_in_date=2018-01-01
housing #H4 archive_no=A4 ledger_status=销档 reason=易地搬迁 delist_reason=年底清理
"""
expect = ["H4/A4"]

[[example]]
case = "销档原因写去世、病故：不列"
given = """
housing #H1 archive_no=A1 ledger_status=销档 delist_reason=户主去世
housing #H2 archive_no=A2 ledger_status=销档 delist_reason=全家病故
"""
expect = []
*/
WITH stated AS (
    SELECT
        o.household_id, o.archive_no, o.record_id, o.person_id, o.ledger_status, o.accept_result, o.accept_date,
        COALESCE(o.delist_reason, o.reason) AS delist_reason
    FROM housing o
)
SELECT o.household_id AS subject_id, o.archive_no AS rule_key, o.record_id AS evidence
FROM stated o
LEFT JOIN dead_person x ON x.person_id = o.person_id
LEFT JOIN relocation r ON r.person_id = o.person_id
WHERE o.ledger_status = '销档'
    AND (o.accept_result IS NULL OR o.accept_result <> '合格' OR o.accept_date IS NULL)
    AND (o.delist_reason IS NULL OR (o.delist_reason NOT LIKE '%死亡%' AND o.delist_reason NOT LIKE '%去世%' AND o.delist_reason NOT LIKE '%病故%' AND o.delist_reason NOT LIKE '%搬迁%' AND o.delist_reason NOT LIKE '%自建%'))
    AND x.person_id IS NULL AND r.person_id IS NULL
