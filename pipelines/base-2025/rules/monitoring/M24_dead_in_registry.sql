/*
code = "M24"
title = "已去世仍为监测系统在册人员"
why = "监测信息要逐月更新，去世的人还在册，户的情况就不准。"
policy = { clause = "一(八)", quote = "监测信息逐月更新" }
owner = "农业农村局"
severity = "S3"
subject = "person"
sources = ["registry_person", "deceased"]
due_days = 30
advice = [
    "办理自然减少，更新家庭人口和收入",
]
message = "{death_date}去世，监测系统人员状态仍为正常。"

[[example]]
case = "去世满三十一天状态仍正常：列为疑点；差一天：不列"
given = """
registry_person @P1
deceased @P1 death_date=2025-02-28
registry_person @P2
deceased @P2 death_date=2025-03-01
"""
expect = ["P1 <- registry_person:1 deceased:1"]

[[example]]
case = "状态已改：不列；状态看不清：不判断"
given = """
registry_person @P1 person_status=死亡
deceased @P1
registry_person @P2 person_status=?
deceased @P2
"""
expect = []
undecided = ["P2"]
*/
WITH hit AS (
    SELECT p.person_id, p.record_id AS person_record, x.record_id AS death_record, x.death_date
    FROM registry_person p
    JOIN deceased x ON x.person_id = p.person_id
    CROSS JOIN parameter q
    WHERE p.person_status = '正常' AND x.death_date <= q.death_grace_date
)
SELECT i.person_id AS subject_id, i.person_record AS evidence, 0 AS evidence_order, i.death_date AS death_date FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.death_record AS evidence, 1 AS evidence_order, i.death_date AS death_date FROM hit i
