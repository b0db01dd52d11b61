/*
code = "R81"
title = "补助金拨付不足额"
why = "房子已验收合格，补助没有足额拨付到户。"
policy = { clause = "二(三)5", quote = "支付给农户的资金要及时足额直接拨付到户" }
owner = "住房和城乡建设局"
severity = "S2"
subject = "household"
sources = ["housing"]
due_days = 15
advice = [
    "查国库集中支付和一卡通到账记录",
    "尽快足额拨付，扣留、截留的查明责任",
]
message = "该户{accept_date}验收合格，核定补助{subsidy_approved_fen}，已拨{subsidy_paid_fen}。"
related = ["R14"]

[[example]]
case = "验收超过30天未拨、少拨：列为疑点"
given = """
housing #H1 archive_no=A1 accept_result=合格 accept_date=2018-08-31 subsidy_approved_fen=100
housing #H2 archive_no=A2 accept_result=合格 accept_date=2018-08-31 subsidy_approved_fen=100 subsidy_paid_fen=99
"""
expect = ["H1/A1 <- housing:1", "H2/A2 <- housing:2"]

[[example]]
case = "足额拨付、期限内、没有核定补助：不列"
given = """
housing #H1 accept_result=合格 accept_date=2018-08-31 subsidy_approved_fen=100 subsidy_paid_fen=100
housing #H2 accept_result=合格 accept_date=2018-09-01 subsidy_approved_fen=100
housing #H3 accept_result=合格 accept_date=2018-01-01 subsidy_approved_fen=0
"""
expect = []

[[example]]
case = "验收不合格：不列"
given = """
housing #H1 accept_result=不合格 accept_date=2018-01-01 subsidy_approved_fen=100
"""
expect = []
*/
SELECT
    d.household_id AS subject_id, d.archive_no AS rule_key, d.record_id AS evidence,
    d.accept_date AS accept_date, o.subsidy_approved_fen AS subsidy_approved_fen, o.subsidy_paid_fen AS subsidy_paid_fen
FROM housing_done d
JOIN housing o ON o.record_id = d.record_id
WHERE o.subsidy_approved_fen > 0 AND (o.subsidy_paid_fen IS NULL OR o.subsidy_paid_fen < o.subsidy_approved_fen)
