/*
code = "Q25"
title = "证件号码位数或格式不对"
why = "证件号码不是15、18、20、22位的有效形式，无法与其他部门比对。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "查身份证原件，按18位录入；号码被电子表格变成数字的，重新按文本导入",
]
message = "证件号码空白，或位数或格式不对，不能与其他部门比对。"
related = ["R14"]

[[example]]
case = "位数不对、表格截断、遮盖、临时学籍号：列为疑点"
given = """
registry_person @P1 id_class=OTHER id_number=41062119700101
registry_person @P2 id_class=TRUNC15 id_number=4.1E+17
registry_person @P3 id_class=MASK id_number=4106**********12
registry_person @P4 id_class=JLSTU id_number=L41062120100101001X
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2", "P3 <- registry_person:3", "P4 <- registry_person:4"]

[[example]]
case = "有效、残疾人证（由Q28列出）：不列；空白：列为疑点"
given = """
registry_person @P1 id_class=VALID18 id_number=410621197001011231
registry_person @P2 id_class=OTHER id_number=41062119700101123199
registry_person @P3 id_class=OTHER id_number=4106211970010112319911
registry_person @P4 id_class=EMPTY
"""
expect = ["P4"]

[[example]]
case = "已不在册：不列"
given = """
registry_person @P1 id_class=OTHER id_number=123 person_status=死亡
"""
expect = []

[[example]]
case = "证件号码空白：列为疑点"
given = """
registry_person @P1 id_class=EMPTY id_number=NULL
"""
expect = ["P1"]
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
WHERE p.id_class = 'EMPTY' OR (p.id_class IN ('OTHER', 'TRUNC15', 'MASK', 'JLSTU') AND LENGTH(p.id_number) <> 20 AND LENGTH(p.id_number) <> 22)
