/*
code = "Q55"
title = "一般贫困户登记有低保金或五保金"
why = "领取低保金、五保金的户属性应为低保贫困户或特困供养贫困户；属性不改，政策统计会出错。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.dibao_income_fen", "registry_household.tekun_income_fen"]
due_days = 60
advice = [
    "核对民政部门审批表和一卡通发放记录",
    "按实际领取情况更正收入明细或贫困户属性",
]
message = "该户登记为一般贫困户，收入中有低保金{dibao_income_fen}、五保金{tekun_income_fen}。"
related = ["R14", "R05", "Q52"]

[[example]]
case = "有低保金、有五保金：列为疑点"
given = """
registry_household #H1 dibao_income_fen=1 tekun_income_fen=0
registry_household #H2 tekun_income_fen=1
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "都为零、未填、属性相符、不再享受政策：不列"
given = """
registry_household #H1 dibao_income_fen=0 tekun_income_fen=0
registry_household #H2
registry_household #H3 dibao_income_fen=1 poverty_attribute=低保贫困户
registry_household #H4 dibao_income_fen=1 exit_status=已脱贫(不再享受政策)
"""
expect = []
*/
SELECT
    h.household_id AS subject_id, h.record_id AS evidence,
    h.dibao_income_fen AS dibao_income_fen, h.tekun_income_fen AS tekun_income_fen
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
WHERE h.poverty_attribute = '一般贫困户' AND (h.dibao_income_fen > 0 OR h.tekun_income_fen > 0)
