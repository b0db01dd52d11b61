/*
code = "R62"
title = "困难残疾人生活补贴应补未补"
why = "低保家庭的持证残疾人应领困难残疾人生活补贴，没有领取属于应补未补。"
policy = { clause = "二(三)3", quote = "全面落实困难残疾人生活补贴制度" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["disability_certificate", "disability_subsidy", "dibao", "tekun"]
optional_sources = ["deceased", "insurance", "registry_person"]
absent_from = [{ list = "disability_subsidy", rows = "subsidy_active" }]
due_days = 30
advice = [
    "告知本人申请，民政与残联核对证件后补发",
    "领取工伤、孤儿等同类补贴就高的登记说明",
]
message = "低保家庭中的持证残疾人（{grade}），没有领取困难残疾人生活补贴。"
related = ["R14"]

[[example]]
case = "低保残疾人没有补贴、补贴已停、只有护理补贴：列为疑点"
given = """
disability_certificate @P1
dibao @P1 household_no=D1
disability_certificate @P2
dibao @P2 household_no=D2
disability_subsidy @P2 living=1 stop_month=201809
disability_certificate @P3
dibao @P3 household_no=D3
disability_subsidy @P3 living=0 nursing=1
"""
expect = ["P1 <- disability_certificate:1 dibao:1", "P2 <- disability_certificate:2 dibao:2", "P3 <- disability_certificate:3 dibao:3"]

[[example]]
case = "已领取、特困、不在保、证件注销：不列"
given = """
disability_certificate @P1
dibao @P1 household_no=D1
disability_subsidy @P1 living=1
disability_certificate @P2
dibao @P2 household_no=D2
tekun @P2
disability_certificate @P3
disability_certificate @P4 status=注销
dibao @P4 household_no=D4
"""
expect = []

[[example]]
case = "补贴下季度才开始：列为疑点"
given = """
disability_certificate @P1
dibao @P1 household_no=D1
disability_subsidy @P1 living=1 start_month=201810
"""
expect = ["P1"]

[[example]]
case = "补贴下季度才停：不列"
given = """
disability_certificate @P1
dibao @P1 household_no=D1
disability_subsidy @P1 living=1 stop_month=201810
"""
expect = []

[[example]]
case = "本季度才起保、才发证、已登记死亡：不列；名单没有起保年月：列为疑点"
given = """
disability_certificate @P1
dibao @P1 household_no=D1 start_month=201807
disability_certificate @P2 issue_date=2018-08-01
dibao @P2 household_no=D2
disability_certificate @P3
dibao @P3 household_no=D3
deceased @P3 death_date=2018-05-01
disability_certificate @P4
dibao @P4 household_no=D4 start_month=NULL
"""
expect = ["P4"]

[[example]]
case = "名单没有两项标识而有生活补贴金额、没有标识也没有金额（看不出是哪一项）：不列；只有护理补贴金额：列为疑点"
given = """
disability_certificate @P1
dibao @P1 household_no=D1
disability_subsidy @P1 living_fen=6000
disability_certificate @P2
dibao @P2 household_no=D2
disability_subsidy @P2
disability_certificate @P3
dibao @P3 household_no=D3
disability_subsidy @P3 nursing_fen=6000 nursing=1
"""
expect = ["P3"]
*/
WITH paid AS (
    SELECT DISTINCT s.person_id
    FROM subsidy_active s
    WHERE s.living = 1 OR s.living IS NULL
)
SELECT c.person_id AS subject_id, c.record_id || ';' || d.record_id AS evidence, c.grade AS grade
FROM subsidy_due c
JOIN dibao_active d ON d.person_id = c.person_id
LEFT JOIN paid x ON x.person_id = c.person_id
WHERE c.on_dibao = 1 AND x.person_id IS NULL
