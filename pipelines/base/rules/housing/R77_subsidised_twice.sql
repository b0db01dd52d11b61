/*
code = "R77"
title = "重复享受危房改造补助"
why = "同一户领取两次危房改造补助，资金可能重复。"
policy = { clause = "二(三)5", quote = "严格执行危房改造面积和资金补助标准" }
owner = "住房和城乡建设局"
severity = "S1"
subject = "household"
sources = ["housing"]
optional_sources = ["relocation", "hukou"]
due_days = 15
advice = [
    "核对两次改造的房屋和时间，因灾重建的另有批复，不在此列",
    "确属重复的追回补助",
]
message = "该户有{archives}份危房改造或易地搬迁档案都已拨付补助，合计{total_fen}，重复部分应核算追回（较低的合计{recover_fen}）。"
related = ["R14"]

[[example]]
case = "同一户两份档案都已拨款：列为疑点"
given = """
housing @P1 #H1 archive_no=A1 plan_year=2018 subsidy_paid_fen=100 reason=整栋危险
housing @P2 #H1 archive_no=A2 plan_year=2017 subsidy_paid_fen=100
"""
expect = ["H1 <- housing:2 housing:1"]

[[example]]
case = "一份未拨款：不列"
given = """
housing @P1 #H1 archive_no=A1 subsidy_paid_fen=100
housing @P2 #H1 archive_no=A2 subsidy_paid_fen=0
"""
expect = []

[[example]]
case = "同一份档案列了两次、两户各一份：不列"
given = """
housing @P1 #H1 archive_no=A1 subsidy_paid_fen=100
housing @P1 #H1 archive_no=A1 subsidy_paid_fen=100
housing @P2 #H2 archive_no=A2 subsidy_paid_fen=100
"""
expect = []

[[example]]
case = "未拨款的第三份：不作佐证"
given = """
housing #H1 archive_no=A1 plan_year=2016 subsidy_paid_fen=100
housing #H1 archive_no=A2 plan_year=2017 subsidy_paid_fen=100
housing #H1 archive_no=A3 plan_year=2018 subsidy_paid_fen=0
"""
expect = ["H1 <- housing:1 housing:2"]

[[example]]
case = "其中一份因灾重建：不列"
given = """
housing @P1 #H1 archive_no=A1 subsidy_paid_fen=100 reason=整栋危险
housing @P1 #H1 archive_no=A2 subsidy_paid_fen=100 reason=因灾倒塌
"""
expect = []

[[example]]
case = "危房改造和易地搬迁补助都领：列为疑点；搬迁没有补助、只有搬迁：不列"
given = """
housing @P1 #H1 archive_no=A1 subsidy_paid_fen=2000000
relocation @P1 #H1 archive_no=B1 move_in_date=2018-01-01 subsidy_fen=3000000
housing @P2 #H2 archive_no=A2 subsidy_paid_fen=2000000
relocation @P2 #H2 archive_no=B2 subsidy_fen=0
relocation @P3 #H3 archive_no=B3 subsidy_fen=100
relocation @P3 #H3 archive_no=B4 subsidy_fen=100
housing @P4 #H4 archive_no=A4 subsidy_paid_fen=0
relocation @P4 #H4 archive_no=B5 subsidy_fen=100
relocation @P4 #H4 archive_no=B6 subsidy_fen=100
housing @P5 #H5 archive_no=A7 plan_year=2017 subsidy_paid_fen=100
housing @P5 #H5 archive_no=A8 plan_year=2018 subsidy_paid_fen=100
relocation @P5 #H5 archive_no=B7 subsidy_fen=0
"""
expect = ["H1 <- housing:1 relocation:1", "H5 <- housing:4 housing:5"]

[[example]]
case = "两个儿子各有户口簿、各改造一处：不是一户，不列；同一本户口簿、有一人不在户籍名单：列为疑点"
given = """
housing @P1 #H1 archive_no=A1 subsidy_paid_fen=100
housing @P2 #H1 archive_no=A2 subsidy_paid_fen=100
hukou @P1 household_no=K1
hukou @P2 household_no=K2
housing @P3 #H3 archive_no=A3 subsidy_paid_fen=100
housing @P4 #H3 archive_no=A4 subsidy_paid_fen=100
hukou @P3 household_no=K3
hukou @P4 household_no=K3
housing @P5 #H5 archive_no=A5 subsidy_paid_fen=100
housing @P6 #H5 archive_no=A6 subsidy_paid_fen=100
hukou @P5 household_no=K5
"""
expect = ["H3", "H5"]
*/
WITH paid AS (
    SELECT DISTINCT o.household_id, o.archive_no, o.person_id, o.subsidy_paid_fen AS subsidy_fen
    FROM housing o
    WHERE o.subsidy_paid_fen > 0 AND (o.reason IS NULL OR o.reason NOT LIKE '%灾%')
    UNION
    SELECT r.household_id, r.archive_no, CAST(NULL AS BIGINT) AS person_id, MAX(r.subsidy_fen) AS subsidy_fen
    FROM relocation r
    WHERE r.subsidy_fen > 0
    GROUP BY r.household_id, r.archive_no
),
-- Two sons of one registered household, each with a household book of his own, are two households.
booked AS (
    SELECT x.household_id, x.archive_no, x.subsidy_fen, MIN(k.household_no) AS book
    FROM paid x
    LEFT JOIN hukou k ON k.person_id = x.person_id
    GROUP BY x.household_id, x.archive_no, x.subsidy_fen
),
counted AS (
    SELECT
        b.household_id, COUNT(DISTINCT b.archive_no) AS archives, COUNT(DISTINCT b.book) AS books,
        SUM(b.subsidy_fen) AS total_fen, SUM(b.subsidy_fen) - MAX(b.subsidy_fen) AS recover_fen
    FROM booked b
    GROUP BY b.household_id
),
double AS (
    SELECT c.household_id, c.archives, c.total_fen, c.recover_fen
    FROM counted c
    WHERE c.archives > 1 AND c.archives > c.books
),
-- Resettled twice under two numbers is no matter of dangerous houses.
renovated AS (
    SELECT DISTINCT o.household_id
    FROM housing o
    WHERE o.subsidy_paid_fen > 0
)
SELECT o.household_id AS subject_id, o.record_id AS evidence, COALESCE(o.plan_year, 0) AS evidence_order, c.archives AS archives,
    c.total_fen AS total_fen, c.recover_fen AS recover_fen
FROM housing o
JOIN double c ON c.household_id = o.household_id
WHERE o.subsidy_paid_fen > 0
UNION ALL
SELECT r.household_id AS subject_id, r.record_id AS evidence, 9999 AS evidence_order, c.archives AS archives,
    c.total_fen AS total_fen, c.recover_fen AS recover_fen
FROM relocation r
JOIN double c ON c.household_id = r.household_id
JOIN renovated n ON n.household_id = r.household_id
WHERE r.subsidy_fen > 0
