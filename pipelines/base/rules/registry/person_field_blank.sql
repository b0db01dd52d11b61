/*
# A field of the person's registration form that is blank, one rule for each field.
code = "{{code}}"
title = "{{title}}"
why = "{{why}}"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
columns = ["registry_person.{{column}}"]
due_days = 60
advice = [
    "查户口簿、身份证或登记表，补正建档立卡信息",
]
message = "{{label}}没有填写。"
related = ["R14"]

# What fields are asked of some people only need: a table more, a condition more, a person of that
# kind (in the examples), and another field that the county did fill in.
[each]
join = ""
only = ""
person = ""
other = "ethnicity=汉族"

[[for_each]]
code = "Q29"
column = "ethnicity"
title = "民族未填"
label = "民族"
why = "民族是登记表必填项。"
filled = "汉族"
other = "education=初中"

[[for_each]]
code = "Q30"
column = "education"
title = "非在校生文化程度未填"
label = "文化程度"
why = "文化程度影响就业培训安排。"
filled = "初中"
only = " AND p.student_status = '非在校生'"
person = " student_status=非在校生"

[[for_each.example]]
case = "在校生：不列"
given = """
registry_person @P1 student_status=小学
registry_person @Z education=初中
"""
expect = []

[[for_each]]
code = "Q31"
column = "student_status"
title = "学龄人员在校生状况未填"
label = "在校生状况"
why = "在校生状况决定教育资助和控辍保学。"
filled = "小学"
join = " CROSS JOIN parameter q"
only = " AND p.age BETWEEN q.student_age_from AND q.student_age_to"
person = " age=6"

[[for_each.example]]
case = "5岁、24岁：不列"
given = """
registry_person @P1 age=5
registry_person @P2 age=24
registry_person @Z student_status=小学
"""
expect = []

[[for_each]]
code = "Q32"
column = "health"
title = "健康状况未填"
label = "健康状况"
why = "健康状况决定健康扶贫措施。"
filled = "健康"

[[for_each]]
code = "Q33"
column = "labour_ability"
title = "劳动年龄人员劳动能力未填"
label = "劳动能力"
why = "劳动能力决定就业帮扶和兜底保障。"
filled = "普通劳动力"
join = " CROSS JOIN parameter q"
only = " AND p.age BETWEEN q.labour_age_from AND q.labour_age_check_to"
person = " age=16"

[[for_each.example]]
case = "15岁、66岁：不列"
given = """
registry_person @P1 age=15
registry_person @P2 age=66
registry_person @Z labour_ability=普通劳动力
"""
expect = []

[[example]]
case = "未填：列为疑点"
given = """
registry_person @P1{{person}}
registry_person @Z {{column}}={{filled}}
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "已填：不列"
given = """
registry_person @P1{{person}} {{column}}={{filled}}
registry_person @Z {{column}}={{filled}}
"""
expect = []

[[example]]
case = "已不在册：不列"
given = """
registry_person @P1{{person}} person_status=死亡
registry_person @Z {{column}}={{filled}}
"""
expect = []

[[example]]
case = "本县区整列没有填（导出缺列），外县区填了：不列"
given = """
registry_person @P1{{person}}
registry_person @Y {{other}} person_status=死亡
registry_person @Z {{column}}={{filled}} county_code=410622
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
JOIN person_filled f ON f.county_code = p.county_code{{join}}
WHERE f.field = '{{column}}' AND p.{{column}} IS NULL{{only}}
