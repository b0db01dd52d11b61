/*
code = "R111"
title = "帮扶责任人缺失"
why = "贫困户没有帮扶责任人，政策落实和走访无人负责。"
policy = { clause = "三(一)", quote = "选优配强村级脱贫责任组、第一书记、驻村工作队和帮扶责任人" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
optional_sources = ["registry_person", "deceased", "insurance"]
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

[[example]]
case = "在册成员都已登记死亡、都是本季度才识别的户：不列；季度前一天识别、还有人在世的：列为疑点"
given = """
registry_household #H1 household_no=H1 helper_name=NULL
registry_person @P1 #H1 household_no=H1
deceased @P1 death_date=2018-05-01
registry_household #H2 household_no=H2 helper_name=NULL
registry_person @P2 #H2 household_no=H2 identified_date=2018-07-01
registry_household #H3 household_no=H3 helper_name=NULL
registry_person @P3 #H3 household_no=H3 identified_date=2018-06-30
registry_household #H4 household_no=H4 helper_name=NULL
registry_person @P4 #H4 household_no=H4
deceased @P4 death_date=2018-05-01
registry_person @P5 #H4 household_no=H4
"""
expect = ["H3", "H4"]
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
ANTI JOIN waiting_household waiting ON waiting.household_no = h.household_no
WHERE h.helper_name IS NULL
