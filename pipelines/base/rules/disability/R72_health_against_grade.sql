/*
code = "R72"
title = "健康状况与残疾等级矛盾"
why = "残联有有效残疾证，建档立卡健康状况却不是残疾；或一级残疾登记为普通劳动力且长年务工，两边必有一错。"
policy = { clause = "二(三)3", quote = "贫困残疾人" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person", "disability_certificate"]
due_days = 60
advice = [
    "核对残疾证和本人情况",
    "登记有误的由责任部门更正",
]
message = "持有{category}{grade}残疾人证，建档立卡登记{contradiction}。"
related = ["R14"]

[[example]]
case = "健康状况没有登记残疾；一级肢体残疾是普通劳动力并长年务工"
given = """
registry_person @P1 health=健康
disability_certificate @P1 grade=三级
registry_person @P2 health=残疾 labour_ability=普通劳动力 work_months=6
disability_certificate @P2 grade=一级 category=肢体
registry_person @P3 health=残疾 labour_ability=普通劳动力 work_months=6
disability_certificate @P3 grade=一级 category=智力
registry_person @P4 health=残疾 labour_ability=普通劳动力 work_months=6
disability_certificate @P4 grade=一级 category=精神
"""
expect = ["P1/health <- registry_person:1 disability_certificate:1", "P2/labour <- registry_person:2 disability_certificate:2", "P3/labour <- registry_person:3 disability_certificate:3", "P4/labour <- registry_person:4 disability_certificate:4"]

[[example]]
case = "相符、二级、视力残疾、不是普通劳动力、务工时间短：不列"
given = """
registry_person @P1 health=残疾 labour_ability=普通劳动力 work_months=12
disability_certificate @P1 grade=二级 category=肢体
registry_person @P2 health=残疾 labour_ability=普通劳动力 work_months=12
disability_certificate @P2 grade=一级 category=视力
registry_person @P3 health=残疾 labour_ability=丧失劳动力 work_months=12
disability_certificate @P3 grade=一级 category=肢体
registry_person @P4 health=残疾 labour_ability=普通劳动力 work_months=5
disability_certificate @P4 grade=一级 category=肢体
registry_person @P5 health=健康
"""
expect = []

[[example]]
case = "健康状况只能填一项：登记大病、慢性病的持证残疾人不列"
given = """
registry_person @P1 health=患有大病
disability_certificate @P1 grade=三级
registry_person @P2 health=长期慢性病、残疾
disability_certificate @P2 grade=三级
"""
expect = []

[[example]]
case = "证件状态没有写明：视为有效，列为疑点；已冻结：不列"
given = """
registry_person @P1 health=健康
disability_certificate @P1 status=NULL
registry_person @P2 health=健康
disability_certificate @P2 status=冻结
"""
expect = ["P1/health"]
*/
SELECT
    p.person_id AS subject_id, 'health' AS rule_key, p.record_id || ';' || c.record_id AS evidence,
    c.category AS category, c.grade AS grade, '健康状况为' || p.health AS contradiction
FROM poor_person p
JOIN certificate_valid c ON c.person_id = p.person_id
WHERE p.health = '健康'
UNION ALL
SELECT
    p.person_id AS subject_id, 'labour' AS rule_key, p.record_id || ';' || c.record_id AS evidence,
    c.category AS category, c.grade AS grade, '为普通劳动力并长年务工' AS contradiction
FROM poor_person p
JOIN certificate_valid c ON c.person_id = p.person_id
CROSS JOIN parameter q
WHERE c.grade = '一级' AND c.category IN ('肢体', '智力', '精神')
    AND p.labour_ability = '普通劳动力' AND p.work_months >= q.long_work_months
