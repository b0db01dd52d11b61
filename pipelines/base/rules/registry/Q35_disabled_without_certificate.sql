/*
code = "Q35"
title = "残疾人无残疾证"
why = "健康状况为残疾而证件号码不是残疾人证号，残疾人政策难以落实。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "有证的录入残疾人证号；符合条件且自愿的协助申领",
]
message = "健康状况为残疾，没有登记残疾人证号。"
related = ["R14"]

[[example]]
case = "残疾而登记身份证号：列为疑点"
given = """
registry_person @P1 health=残疾 id_class=VALID18
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "已登记残疾人证、健康：不列"
given = """
registry_person @P1 health=残疾 id_class=CERT20
registry_person @P2 health=残疾 id_class=CERT22
registry_person @P3 health=健康 id_class=VALID18
"""
expect = []

[[example]]
case = "已不在册：不列"
given = """
registry_person @P1 health=残疾 id_class=VALID18 person_status=死亡
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
WHERE p.health LIKE '%残疾%' AND p.id_class NOT IN ('CERT20', 'CERT22')
