/*
code = "Q90"
title = "参加大病保险而未参加基本医保"
why = "大病保险随居民基本医保办理；登记有大病保险而没有基本医保，必有一项录错。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "查医保系统参保记录，更正登记",
    "参加职工医保的，在备注注明",
]
message = "登记参加大病保险，却没有参加城乡居民基本医疗保险。"
related = ["R14", "R30", "R31"]

[[example]]
case = "有大病保险、没有基本医保：列为疑点"
given = """
registry_person @P1 insured_serious=1 insured_basic=0
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "都有、都没有、未填、已不在册：不列"
given = """
registry_person @P1 insured_serious=1 insured_basic=1
registry_person @P2 insured_serious=0 insured_basic=0
registry_person @P3 insured_serious=1
registry_person @P4 insured_serious=1 insured_basic=0 person_status=转出
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
WHERE p.insured_serious = 1 AND p.insured_basic = 0
