/*
code = "Q28"
title = "残疾人证号不合规则"
why = "残疾人证号应为身份证号加残疾类别、等级；不合规则的无法核对残疾补贴。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "查残疾人证原件，核对前18位与身份证号一致",
]
message = "证件号码为20或22位，但不是有效的残疾人证号。"
related = ["R14"]

[[example]]
case = "20位、22位而不合规则：列为疑点"
given = """
registry_person @P1 id_class=OTHER id_number=41062119700101123199
registry_person @P2 id_class=OTHER id_number=4106211970010112319911
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "有效残疾人证、其他位数：不列"
given = """
registry_person @P1 id_class=CERT20 id_number=41062119700101123141
registry_person @P2 id_class=OTHER id_number=123
"""
expect = []

[[example]]
case = "已不在册：不列"
given = """
registry_person @P1 id_class=OTHER id_number=41062119700101123199 person_status=减少
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
WHERE p.id_class = 'OTHER' AND (LENGTH(p.id_number) = 20 OR LENGTH(p.id_number) = 22)
