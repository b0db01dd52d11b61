/*
code = "R65"
title = "残疾未办证"
why = "建档立卡登记残疾却没有残疾人证，两项补贴、康复、辅具等政策都享受不到。"
policy = { clause = "二(三)3", quote = "实现贫困残疾人证办理在申领自愿的原则下应办尽办" }
owner = "残疾人联合会"
severity = "S2"
subject = "person"
sources = ["registry_person", "disability_certificate"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [{ list = "disability_certificate" }]
due_days = 30
advice = [
    "按自愿原则帮助申请评定和办证",
    "本人放弃申领的请残联登记",
    "登记有误的更正健康状况",
]
message = "建档立卡登记健康状况为残疾，残联没有有效的残疾人证。"
related = ["R14"]

[[example]]
case = "登记残疾没有证、证已注销：列为疑点"
given = """
registry_person @P1 health=残疾
registry_person @P2 health=残疾
disability_certificate @P2 status=注销
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "有证、放弃申领、健康、已不在册：不列"
given = """
registry_person @P1 health=残疾
disability_certificate @P1
registry_person @P2 health=残疾
disability_certificate @P2 status=放弃申领
registry_person @P3 health=健康
registry_person @P4 health=残疾 person_status=死亡
"""
expect = []

[[example]]
case = "患有大病、长期慢性病并残疾：列为疑点；不再享受政策的户：不列"
given = """
registry_person @P1 health=患有大病、残疾
registry_household @P2 #H2 household_no=H2 exit_status=已脱贫(不再享受政策)
registry_person @P2 #H2 household_no=H2 health=残疾
"""
expect = ["P1"]

[[example]]
case = "残联名单没有写明证件状态：视为有效，不列"
given = """
registry_person @P1 #H1 health=残疾
disability_certificate @P1 status=NULL
"""
expect = []

[[example]]
case = "本季度才识别的：不列"
given = """
registry_person @P1 health=残疾 identified_date=2018-07-01
registry_person @P2 health=残疾 identified_date=2018-07-01
disability_certificate @P2 status=注销
"""
expect = []
*/
WITH settled AS (
    SELECT DISTINCT d.person_id
    FROM disability_certificate d
    WHERE d.status IS NULL OR d.status IN ('有效', '放弃申领')
)
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
LEFT JOIN settled c ON c.person_id = p.person_id
WHERE p.health LIKE '%残疾%' AND c.person_id IS NULL
