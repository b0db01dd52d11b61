/*
code = "R63"
title = "重度残疾人护理补贴应补未补"
why = "一、二级重度残疾人应领护理补贴，没有领取属于应补未补。"
policy = { clause = "二(三)3", quote = "重度残疾人护理补贴制度" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["disability_certificate", "disability_subsidy", "tekun"]
optional_sources = ["deceased", "dibao", "insurance", "registry_person"]
absent_from = [{ list = "disability_subsidy", rows = "subsidy_active" }]
due_days = 30
advice = [
    "核对证件等级和照护需要，符合条件的补办补发",
    "领取工伤护理费、养老护理补贴的登记说明",
]
message = "重度残疾人（{category}{grade}），没有领取护理补贴，也不是特困供养人员。"
related = ["R14"]

[[example]]
case = "一级、二级没有护理补贴：列为疑点"
given = """
disability_certificate @P1 grade=一级
disability_certificate @P2 grade=二级
disability_subsidy @P2 nursing=0 living=1
"""
expect = ["P1 <- disability_certificate:1", "P2 <- disability_certificate:2"]

[[example]]
case = "三级、已领取、特困、证件冻结：不列"
given = """
disability_certificate @P1 grade=三级
disability_certificate @P2 grade=一级
disability_subsidy @P2 nursing=1
disability_certificate @P3 grade=一级
tekun @P3
disability_certificate @P4 grade=一级 status=冻结
"""
expect = []

[[example]]
case = "本季度才发证、已登记死亡：不列；季度前一天发证：列为疑点；补贴名单没有起享年月：已在发，不列"
given = """
disability_certificate @P1 grade=一级 issue_date=2018-07-01
disability_certificate @P2 grade=一级
deceased @P2 death_date=2018-05-01
disability_certificate @P3 grade=一级 issue_date=2018-06-30
disability_certificate @P4 grade=一级
disability_subsidy @P4 nursing=1 start_month=NULL
"""
expect = ["P3"]

[[example]]
case = "名单没有两项标识而有护理补贴金额、没有标识也没有金额（看不出是哪一项）：不列；标识写明没有护理补贴：列为疑点"
given = """
disability_certificate @P1 grade=一级
disability_subsidy @P1 nursing_fen=6000
disability_certificate @P2 grade=一级
disability_subsidy @P2
disability_certificate @P3 grade=一级
disability_subsidy @P3 living=1
"""
expect = ["P3"]

[[example]]
case = "参数写明停发当月仍发：9月停发的不列，8月停发的列为疑点"
given = """
parameter stop_month_paid=1
disability_certificate @P1 grade=一级
disability_subsidy @P1 nursing=1 stop_month=201809
disability_certificate @P2 grade=一级
disability_subsidy @P2 nursing=1 stop_month=201808
"""
expect = ["P2"]
*/
WITH paid AS (
    SELECT DISTINCT s.person_id
    FROM subsidy_active s
    WHERE s.nursing = 1 OR s.nursing IS NULL
)
SELECT c.person_id AS subject_id, c.record_id AS evidence, c.category AS category, c.grade AS grade
FROM subsidy_due c
LEFT JOIN paid x ON x.person_id = c.person_id
WHERE c.severe = 1 AND x.person_id IS NULL
