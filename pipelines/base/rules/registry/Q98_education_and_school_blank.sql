/*
code = "Q98"
title = "文化程度和在校生状况都没有填"
why = "登记表要求在校的填在校生状况、不在校的填文化程度，两项都空就不知道该不该资助、能不能培训。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
columns = ["registry_person.education", "registry_person.student_status"]
due_days = 60
advice = [
    "核实是否在校，补录在校生状况或文化程度",
]
message = "文化程度和在校生状况都没有填写。"
related = ["R14"]

[[example]]
case = "两项都空的（学龄以外、年龄看不出的）：列为疑点"
given = """
registry_person @P1 age=40
registry_person @P2
registry_person @P3 age=5
registry_person @Z education=初中 student_status=非在校生
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2", "P3 <- registry_person:3"]

[[example]]
case = "填了一项的、已不在册的：不列；学龄人员由Q31列出：不列"
given = """
registry_person @P1 age=40 education=初中
registry_person @P2 age=40 student_status=非在校生
registry_person @P3 age=40 person_status=死亡
registry_person @P4 age=10
registry_person @P5 age=6
registry_person @P6 age=23
registry_person @Z education=初中 student_status=非在校生
"""
expect = []

[[example]]
case = "本县区有一列整列没有填（导出缺列）：不列"
given = """
registry_person @P1 age=40
registry_person @Y education=初中
registry_person @P2 age=40 county_code=410622
registry_person @X student_status=非在校生 county_code=410622
"""
expect = []

[[example]]
case = "文化程度看不出：不判断"
given = """
registry_person @P1 age=40 education=?
registry_person @Z education=初中 student_status=非在校生
"""
expect = []
undecided = ["P1"]
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
CROSS JOIN parameter q
JOIN person_filled e ON e.county_code = p.county_code
JOIN person_filled s ON s.county_code = p.county_code
WHERE e.field = 'education' AND s.field = 'student_status' AND p.education IS NULL AND p.student_status IS NULL
    AND (p.age IS NULL OR p.age < q.student_age_from OR p.age > q.student_age_to)
