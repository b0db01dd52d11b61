/*
code = "Q27"
title = "身份证号校验不通过"
why = "身份证号校验码或出生日期不对，一定有错录的数字。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "查身份证原件，更正录错的数字",
]
message = "身份证号校验不通过，至少有一位录错。"
related = ["R14"]

[[example]]
case = "校验码、出生日期不符：列为疑点"
given = """
registry_person @P1 id_class=BADCHECK18
registry_person @P2 id_class=BADDATE18
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

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
registry_person @P1 id_class=BADCHECK18 person_status=转出
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
WHERE p.id_class IN ('BADCHECK18', 'BADDATE18')
