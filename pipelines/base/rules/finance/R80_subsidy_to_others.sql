/*
code = "R80"
title = "补助未直达农户"
why = "危房改造补助要直接拨付到农户；收款人不是这一户的人，或几户共用一个账号，可能被代领、冒领。"
policy = { clause = "二(三)5", quote = "支付给农户的资金要及时足额直接拨付到户" }
owner = "住房和城乡建设局"
severity = "S1"
subject = "household"
sources = ["housing", "payment"]
due_days = 15
advice = [
    "核对一卡通账户和收款人",
    "代管的须有授权，冒领的追回",
]
message = "该户危房改造补助（{archive_no}，账号{account_no}）{reason}。"
related = ["R14"]

[[example]]
case = "收款人是别户；两户一个账号"
given = """
housing @P1 #H1 archive_no=A1
payment @P2 #H2 project=危房改造补助 reference_no=A1 account_no=1
housing @P3 #H3 archive_no=A3
payment @P3 #H3 project=危房改造补助 reference_no=A3 account_no=9
housing @P4 #H4 archive_no=A4
payment @P4 #H4 project=危房改造补助 reference_no=A4 account_no=9
"""
expect = ["H1/payee <- housing:1 payment:1", "H3/account <- housing:2 payment:2 payment:3", "H4/account <- housing:3 payment:3 payment:2"]

[[example]]
case = "本户收款、两次发放、其他项目：不列"
given = """
housing @P1 #H1 archive_no=A1
payment @P9 #H1 project=危房改造补助 reference_no=A1 account_no=1
payment @P1 #H1 project=危房改造补助 reference_no=A1 account_no=1
housing @P2 #H2 archive_no=A2
payment @P3 #H3 project=农业补贴 reference_no=A2 account_no=1
"""
expect = []

[[example]]
case = "账号看不出：可能与任何一户同一个账号，不判断；两户已经共用的照列"
given = """
housing @P1 #H1 archive_no=A1
payment @P1 #H1 project=危房改造补助 reference_no=A1 account_no=?
housing @P2 #H2 archive_no=A2
payment @P2 #H2 project=危房改造补助 reference_no=A2 account_no=1
housing @P3 #H3 archive_no=A3
payment @P3 #H3 project=危房改造补助 reference_no=A3 account_no=9
housing @P4 #H4 archive_no=A4
payment @P4 #H4 project=危房改造补助 reference_no=A4 account_no=9
"""
expect = ["H3/account", "H4/account"]
undecided = ["H1/account", "H2/account"]

[[example]]
case = "发放记录的档案编号看不出：可能是任何一户的补助，不判断"
given = """
housing @P1 #H1 archive_no=A1
payment @P2 #H2 project=危房改造补助 reference_no=? account_no=1
payment @P3 #H3 project=农业补贴 reference_no=? account_no=2
"""
expect = []
undecided = ["H1/account", "H1/payee"]

[[example]]
case = "其他项目的发放记录看不出档案编号：不影响"
given = """
housing @P1 #H1 archive_no=A1
payment @P3 #H3 project=农业补贴 reference_no=? account_no=2
"""
expect = []
*/
WITH paid AS (
    SELECT o.household_id, o.archive_no, o.record_id, y.record_id AS payment_record, y.household_id AS payee_household, y.account_no
    FROM housing o
    JOIN payment y ON y.reference_no = o.archive_no
    WHERE y.project = '危房改造补助'
),
shared AS (
    SELECT x.account_no, COUNT(DISTINCT x.household_id) AS households
    FROM paid x
    GROUP BY x.account_no
)
SELECT
    x.household_id AS subject_id, 'payee' AS rule_key, x.record_id || ';' || x.payment_record AS evidence, 0 AS evidence_order,
    x.archive_no AS archive_no, x.account_no AS account_no, '收款人不是本户成员' AS reason
FROM paid x
WHERE x.payee_household <> x.household_id
UNION ALL
SELECT
    x.household_id AS subject_id, 'account' AS rule_key, x.record_id || ';' || x.payment_record AS evidence, 0 AS evidence_order,
    x.archive_no AS archive_no, x.account_no AS account_no, '拨入了' || CAST(s.households AS VARCHAR) || '户共用的账号，其他户的发放记录见来源' AS reason
FROM paid x
JOIN shared s ON s.account_no = x.account_no
WHERE s.households > 1
UNION ALL
-- The payments of the other households into the account.
SELECT
    x.household_id AS subject_id, 'account' AS rule_key, o.payment_record AS evidence, 1 AS evidence_order,
    x.archive_no AS archive_no, x.account_no AS account_no, '拨入了' || CAST(s.households AS VARCHAR) || '户共用的账号，其他户的发放记录见来源' AS reason
FROM paid x
JOIN shared s ON s.account_no = x.account_no
JOIN paid o ON o.account_no = x.account_no
WHERE s.households > 1
