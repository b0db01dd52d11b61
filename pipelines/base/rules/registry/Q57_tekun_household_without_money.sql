/*
code = "Q57"
title = "特困供养贫困户登记五保金为零"
why = "户属性是特困供养贫困户，收入明细里五保金却是零：要么漏填收入，要么待遇没有发放。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.tekun_income_fen"]
due_days = 60
advice = [
    "核对民政部门审批表和一卡通发放记录",
    "按实际领取情况更正收入明细或贫困户属性",
]
message = "该户登记为特困供养贫困户，收入明细中五保金为零。"
related = ["R14", "R04"]

[[example]]
case = "为零：列为疑点"
given = """
registry_household #H1 poverty_attribute=特困供养贫困户 tekun_income_fen=0
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "大于零、未填、其他属性、不再享受政策：不列"
given = """
registry_household #H1 poverty_attribute=特困供养贫困户 tekun_income_fen=100
registry_household #H2 poverty_attribute=特困供养贫困户
registry_household #H3 tekun_income_fen=0
registry_household #H4 poverty_attribute=特困供养贫困户 tekun_income_fen=0 exit_status=已脱贫(不再享受政策)
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
WHERE h.poverty_attribute = '特困供养贫困户' AND h.tekun_income_fen = 0
