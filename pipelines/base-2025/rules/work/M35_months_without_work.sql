/*
code = "M35"
title = "登记务工而六个月没有就业记录"
why = "登记有务工月数，就业监测却没有记录，收入可能虚高。"
policy = { clause = "一(八)", quote = "联系方式、务工、劳动能力等如实填写" }
owner = "人社局"
severity = "S3"
subject = "person"
sources = ["registry_person", "employment"]
optional_sources = ["deceased"]
columns = ["registry_person.work_months"]
absent_from = [{ list = "employment", of = "registry_person", rows = "worked_6" }]
due_days = 30
advice = [
    "问清务工地点和时间，补录或更正",
]
message = "登记务工{work_months}个月，近六个月没有就业记录。"

[[example]]
case = "六个月没有记录：列为疑点；去年九月的不算"
given = """
registry_person @P1 work_months=6
registry_person @P2 work_months=1
employment @P2 month=202409
registry_person @P3 work_months=2
employment @P3 month=202504
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2", "P3 <- registry_person:3"]

[[example]]
case = "去年十月有记录、没有务工、没有填写、去世：不列；月数看不清：不判断"
given = """
registry_person @P1 work_months=6
employment @P1 month=202410
registry_person @P2 work_months=0
registry_person @P3
registry_person @P4 work_months=6
deceased @P4
registry_person @P5 work_months=?
"""
expect = []
undecided = ["P5"]

[[example]]
case = "以前一期的名单里近六个月有就业：不列"
given = """
registry_person @P1 work_months=6
employment @P9
employment_earlier @P1 month=202410
registry_person @P2 work_months=6
employment_earlier @P2 month=202409
"""
expect = ["P2"]
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.work_months AS work_months
FROM current_person p
ANTI JOIN worked_6 e ON e.person_id = p.person_id
WHERE p.work_months > 0
