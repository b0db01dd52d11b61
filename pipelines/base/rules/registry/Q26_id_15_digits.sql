/*
code = "Q26"
title = "证件号码为15位旧号"
why = "15位旧号没有校验码，应升为18位。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "按身份证原件更新为18位号码",
]
message = "证件号码仍是15位旧号。"
related = ["R14"]

[[example]]
case = "15位旧号：列为疑点"
given = """
registry_person @P1 id_class=UP15
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "有效号码、未填：不列"
given = """
registry_person @P1 id_class=VALID18
registry_person @P2 id_class=EMPTY
registry_person @P3 id_class=OTHER
"""
expect = []

[[example]]
case = "已不在册：不列"
given = """
registry_person @P1 id_class=UP15 person_status=转出
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
WHERE p.id_class IN ('UP15')
