/*
code = "M37"
title = "领取救助金而转移性收入为零"
why = "低保、特困家庭有救助金收入，登记转移性收入为零，收入核算不实。"
policy = { clause = "一(八)", quote = "监测信息逐月更新" }
owner = "农业农村局"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person", "low_income"]
optional_sources = ["deceased"]
columns = ["registry_household.transfer_income_fen"]
due_days = 30
advice = [
    "重新核算家庭收入",
]
message = "全家登记转移性收入为零，有成员领取{category}救助金每月{monthly_amount_fen}。"

[[example]]
case = "领低保而转移性收入为零：列为疑点"
given = """
registry_household #H1 transfer_income_fen=0
registry_person @P1 #H1
low_income @P1 monthly_amount_fen=30000
"""
expect = ["H1 <- registry_household:1 low_income:1"]

[[example]]
case = "有转移性收入、没有填写、低保边缘、没有金额、本月才起、已退出、去世：不列"
given = """
registry_household #H1 transfer_income_fen=1
registry_person @P1 #H1
low_income @P1 monthly_amount_fen=30000
registry_household #H2
registry_person @P2 #H2
low_income @P2 monthly_amount_fen=30000
registry_household #H3 transfer_income_fen=0
registry_person @P3 #H3
low_income @P3 category=低保边缘 monthly_amount_fen=30000
registry_household #H4 transfer_income_fen=0
registry_person @P4 #H4
low_income @P4 monthly_amount_fen=0
registry_household #H5 transfer_income_fen=0
registry_person @P5 #H5
low_income @P5 monthly_amount_fen=30000 start_month=202503
registry_household #H6 transfer_income_fen=0
registry_person @P6 #H6
low_income @P6 monthly_amount_fen=30000 stop_month=202503
registry_household #H7 transfer_income_fen=0
registry_person @P7 #H7
low_income @P7 monthly_amount_fen=30000
deceased @P7
"""
expect = []
*/
WITH hit AS (
    SELECT h.household_id, h.record_id AS household_record, l.record_id AS pool_record, l.category, l.monthly_amount_fen
    FROM registry_household h
    JOIN current_person p ON p.household_no = h.household_no
    JOIN low_income_active l ON l.person_id = p.person_id
    JOIN month_window w ON w.last_month > l.start_month
    WHERE h.transfer_income_fen = 0 AND l.category IN ('低保', '特困') AND l.monthly_amount_fen > 0
)
SELECT i.household_id AS subject_id, i.household_record AS evidence, 0 AS evidence_order, i.category AS category, i.monthly_amount_fen AS monthly_amount_fen FROM hit i
UNION ALL
SELECT i.household_id AS subject_id, i.pool_record AS evidence, 1 AS evidence_order, i.category AS category, i.monthly_amount_fen AS monthly_amount_fen FROM hit i
