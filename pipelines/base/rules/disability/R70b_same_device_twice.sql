/*
code = "R70b"
title = "辅具连续两年重复"
why = "同一人连续两年适配同一种辅具，可能重复登记或重复补助。"
policy = { clause = "二(三)3", quote = "2018—2020年分别帮扶1000名、900名、900名残疾人" }
owner = "残疾人联合会"
severity = "S3"
subject = "person"
sources = ["disability_service"]
due_days = 30
advice = [
    "核对是否到更换周期",
    "重复登记的更正，重复补助的追回",
]
message = "上年和本年都登记适配“{item}”。"
related = ["R14"]

[[example]]
case = "连续两年同一种辅具：列为疑点"
given = """
disability_service @P1 year=2018 service=辅具适配 item=轮椅
disability_service @P1 year=2017 service=辅具适配 item=轮椅
"""
expect = ["P1 <- disability_service:1 disability_service:2"]

[[example]]
case = "不同辅具、隔一年、只有一年、不是辅具：不列"
given = """
disability_service @P1 year=2018 service=辅具适配 item=轮椅
disability_service @P1 year=2017 service=辅具适配 item=助听器
disability_service @P2 year=2018 service=辅具适配 item=轮椅
disability_service @P2 year=2016 service=辅具适配 item=轮椅
disability_service @P3 year=2018 service=康复救助 item=训练
disability_service @P3 year=2017 service=康复救助 item=训练
disability_service @P4 year=2017 service=辅具适配 item=轮椅
disability_service @P4 year=2016 service=辅具适配 item=轮椅
"""
expect = []
*/
SELECT n.person_id AS subject_id, n.record_id || ';' || b.record_id AS evidence, n.item AS item
FROM disability_service n
JOIN parameter q ON q.year = n.year
JOIN disability_service b ON b.person_id = n.person_id
WHERE n.service = '辅具适配' AND b.item = n.item AND b.year = n.year - 1
