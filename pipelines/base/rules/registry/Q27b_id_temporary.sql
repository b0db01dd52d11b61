/*
code = "Q27b"
title = "使用临时证件号码"
why = "临时号码不能用于比对，应尽快落户更换。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "协助办理户口登记和身份证，更换正式号码",
]
message = "证件号码是临时号码。"
related = ["R14"]

[[example]]
case = "临时号码：列为疑点"
given = """
registry_person @P1 id_class=TMP
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
registry_person @P1 id_class=TMP person_status=转出
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
WHERE p.id_class IN ('TMP')
