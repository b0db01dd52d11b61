/*
code = "M30"
title = "重度残疾人没有护理补贴"
why = "一、二级残疾人应领重度残疾人护理补贴，没有领取是应补未补。"
policy = { clause = "三(五)", quote = "困难残疾人生活补贴和重度残疾人护理补贴应补尽补" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["disability_certificate", "disability_subsidy"]
optional_sources = ["deceased", "registry_person"]
absent_from = [{ list = "disability_subsidy", rows = "subsidy_nursing" }]
due_days = 30
advice = [
    "告知本人申请，核对证件后补发",
    "享受长期照护等同类补贴的登记说明",
]
message = "持有{grade}残疾人证，没有领取重度残疾人护理补贴。"

[[example]]
case = "一级、二级没有：列为疑点；三级：不列"
given = """
disability_certificate @P1 grade=一级
disability_certificate @P2 grade=二级
disability_subsidy @P2 living=1
disability_certificate @P3 grade=三级
"""
expect = ["P1 <- disability_certificate:1", "P2 <- disability_certificate:2"]

[[example]]
case = "在发、证件注销、去世：不列；等级看不清：不判断"
given = """
disability_certificate @P1 grade=一级
disability_subsidy @P1 nursing=1
disability_certificate @P2 grade=一级 status=注销
disability_certificate @P3 grade=一级
deceased @P3
disability_certificate @P4 grade=?
"""
expect = []
undecided = ["P4"]
*/
SELECT c.person_id AS subject_id, c.record_id AS evidence, c.grade AS grade
FROM disability_certificate c
ANTI JOIN subsidy_nursing s ON s.person_id = c.person_id
ANTI JOIN dead_person x ON x.person_id = c.person_id
WHERE c.grade IN ('一级', '二级') AND c.status = '有效'
