/*
code = "R111"
title = "帮扶责任人缺失"
why = "贫困户没有帮扶责任人，政策落实和走访无人负责。"
policy = { clause = "三(一)", quote = "选优配强村级脱贫责任组、第一书记、驻村工作队和帮扶责任人" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.helper_name"]
due_days = 30
advice = [
    "尽快明确帮扶责任人并上门对接",
    "已明确未录入的补录",
]
message = "该户没有登记帮扶责任人。"

[[example]]
case = "没有帮扶责任人：列为疑点"
given = """
registry_household #H1
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "已明确：不列；不再享受政策：不列"
given = """
registry_household #H1 helper_name=甲
registry_household #H2 exit_status=已脱贫(不再享受政策)
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
WHERE h.helper_name IS NULL
