/*
code = "Q94"
title = "联系电话未填或不是11位"
why = "没有能打通的电话，入户前联系不上，通知和回访都落空。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.phone"]
due_days = 60
advice = [
    "入户时核对户主或家人的手机号，补录",
    "确实没有电话的，登记村组联系人的电话并注明",
]
message = "该户的联系电话没有填写，或不是11位号码。"
explained_by = ["Q70"]
related = ["R14"]

[[example]]
case = "没有填、少一位：列为疑点"
given = """
registry_household #H1
registry_household #H2 phone=1383923100
registry_household #H3 phone=13839231001
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "11位的：不列；不再享受政策的户：不列"
given = """
registry_household #H1 phone=13839231001
registry_household #H2 exit_status=已脱贫(不再享受政策)
"""
expect = []

[[example]]
case = "本县区整列没有填（导出缺列），外县区填了：不列"
given = """
registry_household #H1 cause_primary=因病
registry_household #H2 phone=13839231001 county_code=410622
"""
expect = []

[[example]]
case = "电话看不出：不判断"
given = """
registry_household #H1 phone=?
registry_household #H2 phone=13839231001
"""
expect = []
undecided = ["H1"]
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN household_filled f ON f.county_code = h.county_code
WHERE f.field = 'phone' AND (h.phone IS NULL OR LENGTH(h.phone) <> 11)
