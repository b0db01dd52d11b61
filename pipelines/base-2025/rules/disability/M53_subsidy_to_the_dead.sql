/*
code = "M53"
title = "已去世仍发残疾人两项补贴"
why = "人已去世补贴还在发，多发的要追回。"
policy = { clause = "二(七)", quote = "去世、迁出、渐退期满的及时退出" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["disability_subsidy", "deceased"]
due_days = 10
advice = [
    "停发补贴，从去世次月起核算多发金额并追回",
]
message = "{death_date}去世，残疾人两项补贴仍在发。"

[[example]]
case = "去世满三十一天仍在发生活补贴、护理补贴：列为疑点；差一天：不列"
given = """
disability_subsidy @P1 living=1
deceased @P1 death_date=2025-02-28
disability_subsidy @P2 nursing=1
deceased @P2 death_date=2025-02-28
disability_subsidy @P3 living=1
deceased @P3 death_date=2025-03-01
"""
expect = ["P1 <- disability_subsidy:1 deceased:1", "P2 <- disability_subsidy:2 deceased:2"]

[[example]]
case = "已停发、两项都没有、没有去世：不列；下月才停：列为疑点"
given = """
disability_subsidy @P1 living=1 stop_month=202503
deceased @P1
disability_subsidy @P2
deceased @P2
disability_subsidy @P3 living=1
disability_subsidy @P4 living=1 stop_month=202504
deceased @P4
"""
expect = ["P4"]
*/
WITH hit AS (
    SELECT s.person_id, s.record_id AS subsidy_record, x.record_id AS death_record, x.death_date
    FROM disability_subsidy s
    JOIN deceased x ON x.person_id = s.person_id
    CROSS JOIN parameter q
    WHERE x.death_date <= q.death_grace_date AND (s.stop_month IS NULL OR s.stop_month > q.last_month) AND (s.living = 1 OR s.nursing = 1)
)
SELECT i.person_id AS subject_id, i.subsidy_record AS evidence, 0 AS evidence_order, i.death_date AS death_date FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.death_record AS evidence, 1 AS evidence_order, i.death_date AS death_date FROM hit i
