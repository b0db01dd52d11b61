/*
code = "R111"
title = "帮扶责任人缺失（含已脱贫户）"
why = "本市要求脱贫不脱帮扶：不再享受政策的户也要有帮扶责任人。"
policy = { clause = "三(一)", quote = "选优配强村级脱贫责任组、第一书记、驻村工作队和帮扶责任人" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.helper_name"]
due_days = 30
advice = [
    "尽快明确帮扶责任人并上门对接",
]
message = "该户没有登记帮扶责任人。"

[[example]]
case = "没有帮扶责任人，不再享受政策的也算：列为疑点"
given = """
registry_household #H1
registry_household #H2 exit_status=已脱贫(不再享受政策)
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "已明确：不列"
given = """
registry_household #H1 helper_name=甲
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
WHERE h.helper_name IS NULL
