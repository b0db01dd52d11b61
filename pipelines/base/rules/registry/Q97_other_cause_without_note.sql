/*
code = "Q97"
title = "主要致贫原因为其他而没有说明"
why = "只写“其他”看不出为什么贫困，帮扶措施无从对症。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.cause_other"]
due_days = 60
advice = [
    "入户核实，改为代码表中的原因，或在其他致贫原因里写明",
]
message = "该户主要致贫原因为“其他”，其他致贫原因没有填写。"
explained_by = ["Q70"]
related = ["R14"]

[[example]]
case = "没有说明：列为疑点"
given = """
registry_household #H1 cause_primary=其他
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "写明了、不是其他、不再享受政策：不列"
given = """
registry_household #H1 cause_primary=其他 cause_other=因婚
registry_household #H2 cause_primary=因病
registry_household #H3 cause_primary=其他 exit_status=已脱贫(不再享受政策)
"""
expect = []

[[example]]
case = "说明看不出：不判断"
given = """
registry_household #H1 cause_primary=其他 cause_other=?
"""
expect = []
undecided = ["H1"]
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
WHERE h.cause_primary = '其他' AND h.cause_other IS NULL
