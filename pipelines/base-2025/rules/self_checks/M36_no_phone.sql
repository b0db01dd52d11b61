/*
code = "M36"
title = "监测户联系电话空缺或位数不对"
why = "没有电话就联系不上，逐月回访做不到。"
policy = { clause = "一(八)", quote = "联系方式、务工、劳动能力等如实填写" }
owner = "农业农村局"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.phone"]
due_days = 30
advice = [
    "入户时问到电话，当场更正",
]
message = "登记的联系电话{what}。"

[[example]]
case = "没有填写、少一位：列为疑点"
given = """
registry_household #H1
registry_household #H2 phone=1390000000
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "十一位、脱贫户、已消除：不列；看不清：不判断"
given = """
registry_household #H1 phone=13900000000
registry_household #H2 household_type=脱贫户 risk_status=NULL
registry_household #H3 risk_status=已消除
registry_household #H4 phone=?
"""
expect = []
undecided = ["H4"]
*/
SELECT
    h.household_id AS subject_id, h.record_id AS evidence,
    CASE WHEN h.phone IS NULL THEN '没有填写' ELSE '位数不对' END AS what
FROM registry_household h
SEMI JOIN watched_household w ON w.household_no = h.household_no
CROSS JOIN parameter q
WHERE h.phone IS NULL OR LENGTH(h.phone) <> q.phone_length
