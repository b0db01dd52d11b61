/*
code = "M29"
title = "低保残疾人没有生活补贴"
why = "低保家庭的持证残疾人应领困难残疾人生活补贴，没有领取是应补未补。"
policy = { clause = "三(五)", quote = "困难残疾人生活补贴和重度残疾人护理补贴应补尽补" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["disability_certificate", "low_income", "disability_subsidy"]
optional_sources = ["deceased", "registry_person"]
absent_from = [{ list = "disability_subsidy", rows = "subsidy_living" }]
due_days = 30
advice = [
    "告知本人申请，核对证件后补发",
    "享受同类补贴就高的登记说明",
]
message = "低保对象，持有{grade}残疾人证，没有领取困难残疾人生活补贴。"

[[example]]
case = "没有补贴、纳入低保的年月没有填写、只有护理补贴、补贴已停、下月才发：列为疑点"
given = """
disability_certificate @P1
low_income @P1
disability_certificate @P2
low_income @P2
disability_subsidy @P2 nursing=1
disability_certificate @P3
low_income @P3
disability_subsidy @P3 living=1 stop_month=202503
disability_certificate @P4
low_income @P4
disability_subsidy @P4 living=1 start_month=202504
disability_certificate @P5
low_income @P5 start_month=NULL
"""
expect = ["P1 <- disability_certificate:1 low_income:1", "P2 <- disability_certificate:2 low_income:2", "P3 <- disability_certificate:3 low_income:3", "P4 <- disability_certificate:4 low_income:4", "P5 <- disability_certificate:5 low_income:5"]

[[example]]
case = "在发、特困、证件注销、去世、低保本月才起或已退出：不列"
given = """
disability_certificate @P1
low_income @P1
disability_subsidy @P1 living=1
disability_certificate @P7
low_income @P7
disability_subsidy @P7 living=1 start_month=NULL
disability_certificate @P8
low_income @P8
disability_subsidy @P8 living=1 stop_month=202504
disability_certificate @P2
low_income @P2 category=特困
disability_certificate @P3 status=注销
low_income @P3
disability_certificate @P4
low_income @P4
deceased @P4
disability_certificate @P5
low_income @P5 start_month=202503
disability_certificate @P6
low_income @P6 stop_month=202503
"""
expect = []
*/
WITH hit AS (
    SELECT c.person_id, c.record_id AS certificate_record, l.record_id AS pool_record, c.grade
    FROM disability_certificate c
    JOIN low_income_active l ON l.person_id = c.person_id
    CROSS JOIN parameter q
    ANTI JOIN subsidy_living s ON s.person_id = c.person_id
    ANTI JOIN dead_person x ON x.person_id = c.person_id
    WHERE l.category = '低保' AND c.status = '有效' AND (l.start_month IS NULL OR l.start_month < q.first_month)
)
SELECT i.person_id AS subject_id, i.certificate_record AS evidence, 0 AS evidence_order, i.grade AS grade FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.pool_record AS evidence, 1 AS evidence_order, i.grade AS grade FROM hit i
