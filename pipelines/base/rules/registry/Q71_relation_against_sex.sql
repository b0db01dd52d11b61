/*
code = "Q71"
title = "与户主关系和性别矛盾"
why = "与户主关系和性别互相矛盾，其中一项录错。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "按户口簿更正关系或性别",
]
message = "与户主关系为“{relation}”，性别为{sex}。"
related = ["R14"]

[[example]]
case = "之子为女、之母为男：列为疑点"
given = """
registry_person @P1 relation=之子 sex=女
registry_person @P2 relation=之母 sex=男
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "相符、未填、其他关系：不列"
given = """
registry_person @P1 relation=之子 sex=男
registry_person @P2 relation=之母 sex=女
registry_person @P3 relation=之子
registry_person @P4 relation=配偶 sex=女
registry_person @P5 sex=男
"""
expect = []

[[example]]
case = "已不在册：不列"
given = """
registry_person @P1 relation=之子 sex=女 person_status=死亡
"""
expect = []

[[example]]
case = "性别看不出，也没有可靠的证号：不判断"
given = """
registry_person @P1 relation=之女 sex=?
registry_person @P2 relation=配偶 sex=?
"""
expect = []
undecided = ["P1"]
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.relation AS relation, p.sex AS sex
FROM poor_person p
WHERE (p.relation IN ('之子', '之女婿', '之孙子', '之外孙子', '之父', '之岳父', '之公公', '之祖父', '之外祖父') AND p.sex = '女') OR (p.relation IN ('之女', '之儿媳', '之孙女', '之外孙女', '之母', '之岳母', '之婆婆', '之祖母', '之外祖母') AND p.sex = '男')
