/*
code = "R98"
title = "务工收入字段矛盾"
why = "务工月数和劳动能力互相矛盾，就业帮扶和收入核算会出错。在校生登记为无劳动力，假期、实习务工不算矛盾，月数过多的由Q95列。"
policy = { clause = "二(二)2", quote = "动态完善全市劳动力信息台账" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "核实务工地点、时间和劳动能力",
    "据实更正",
]
message = "登记务工{months}个月，{contradiction}。"
related = ["R14"]

[[example]]
case = "月数超出范围：列为疑点"
given = """
registry_person @P1 work_months=13
registry_person @P2 work_months=-1
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "无劳动力却有务工：列为疑点"
given = """
registry_person @P1 work_months=1 labour_ability=无劳动力
registry_person @P2 work_months=6 labour_ability=丧失劳动力
"""
expect = ["P1", "P2"]

[[example]]
case = "在校生无劳动力而假期务工：不列；不在校、没有填写的照列；丧失劳动力的照列；看不出在不在校：不判断"
given = """
registry_person @P1 work_months=2 labour_ability=无劳动力 student_status=大专及以上
registry_person @P2 work_months=2 labour_ability=无劳动力 student_status=非在校生
registry_person @P3 work_months=2 labour_ability=丧失劳动力 student_status=大专及以上
registry_person @P4 work_months=2 labour_ability=无劳动力 student_status=?
registry_person @P5 work_months=0 labour_ability=丧失劳动力
"""
expect = ["P2", "P3"]
undecided = ["P4"]

[[example]]
case = "12个月、0个月：不列"
given = """
registry_person @P1 work_months=12 labour_ability=普通劳动力
registry_person @P2 work_months=0 labour_ability=无劳动力
"""
expect = []

[[example]]
case = "不是在册人员：不列"
given = """
registry_person @P1 work_months=13 person_status=减少
"""
expect = []
*/
SELECT
    p.person_id AS subject_id, p.record_id AS evidence, p.work_months AS months,
    CASE WHEN p.work_months < 0 OR p.work_months > 12 THEN '不在0至12个月之间' ELSE '与“' || p.labour_ability || '”矛盾' END AS contradiction
FROM poor_person p
WHERE p.work_months < 0 OR p.work_months > 12
    OR (p.work_months > 0 AND p.labour_ability = '丧失劳动力')
    OR (p.work_months > 0 AND p.labour_ability = '无劳动力' AND (p.student_status IS NULL OR p.student_status = '非在校生'))
