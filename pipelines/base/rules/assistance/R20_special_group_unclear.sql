/*
code = "R20"
title = "特殊贫困群体底数不清"
why = "建档立卡登记为健康，医保、特困或学籍却登记为重残、失能或残疾；底数不清，兜底、护理、康复政策都会漏人。"
policy = { clause = "二(一)2", quote = "贫困老年人、重度残疾人、重病患者等特殊贫困群体是脱贫攻坚的突出难点,要摸清底数、动态管理" }
owner = "民政局"
severity = "S3"
subject = "person"
sources = ["registry_person", "insurance", "tekun", "student"]
due_days = 60
advice = [
    "当面了解身体和生活自理情况，查残疾人证、护理评估",
    "建档立卡有误的更正健康状况；其他部门有误的由该部门更正",
    "确属重残、失能的，核对低保、护理补贴、康复服务是否落实",
]
message = "建档立卡健康状况登记为健康，{other}。"
related = ["R14", "R35"]

[[example]]
case = "健康而按重度残疾参保、失能半失能特困、残疾学生：列为疑点"
given = """
registry_person @P1 health=健康
insurance @P1 insured_category=重度残疾
registry_person @P2 health=健康
tekun @P2 self_care=全护理
registry_person @P3 health=健康
tekun @P3 self_care=半护理
registry_person @P4 health=健康 id_class=VALID18
student @P4 disabled=1
"""
expect = ["P1/insurance <- registry_person:1 insurance:1", "P2/tekun <- registry_person:2 tekun:1", "P3/tekun <- registry_person:3 tekun:2", "P4/student <- registry_person:4 student:1"]

[[example]]
case = "两边一致或没有标识：不列"
given = """
registry_person @P1 health=健康
insurance @P1 insured_category=建档立卡贫困人口
registry_person @P2 health=健康
tekun @P2 self_care=全自理
registry_person @P3 health=健康
student @P3 disabled=0
"""
expect = []

[[example]]
case = "登记为残疾、大病、慢性病（只能填一项）、已是残疾人证号、未填、已不在册：不列"
given = """
registry_person @P1 health=残疾
insurance @P1 insured_category=重度残疾
registry_person @P2 health=患有大病
tekun @P2 self_care=全护理
registry_person @P3 health=健康 id_class=CERT20
student @P3 disabled=1
registry_person @P4
student @P4 disabled=1
registry_person @P5 health=健康 person_status=转出
student @P5 disabled=1
"""
expect = []

[[example]]
case = "上年度或已终止的参保、尚未开始的特困、已离校：不列"
given = """
registry_person @P1 health=健康
insurance @P1 insured_category=重度残疾 year=2017
registry_person @P2 health=健康
insurance @P2 insured_category=重度残疾 status=终止
registry_person @P3 health=健康
tekun @P3 self_care=全护理 start_month=201810
registry_person @P4 health=健康
student @P4 disabled=1 status=毕业
"""
expect = []
*/
WITH severe AS (
    SELECT i.person_id, i.record_id, 'insurance' AS rule_key, '医保按重度残疾参保' AS other
    FROM insurance i
    JOIN parameter q ON q.year = i.year
    WHERE i.status = '正常参保' AND i.insured_category = '重度残疾'
    UNION ALL
    SELECT t.person_id, t.record_id, 'tekun' AS rule_key, '特困供养评定为' || t.self_care AS other
    FROM tekun_active t
    WHERE t.self_care IN ('半护理', '全护理')
    UNION ALL
    SELECT s.person_id, s.record_id, 'student' AS rule_key, '学籍登记为残疾学生' AS other
    FROM student s
    WHERE s.disabled = 1 AND s.status = '在读'
),
hit AS (
    SELECT p.person_id, p.record_id AS registry_record, x.record_id AS other_record, x.rule_key, x.other
    FROM poor_person p
    JOIN severe x ON x.person_id = p.person_id
    WHERE p.health = '健康' AND (p.id_class IS NULL OR p.id_class NOT IN ('CERT20', 'CERT22'))
)
SELECT i.person_id AS subject_id, i.rule_key AS rule_key, i.registry_record AS evidence, 0 AS evidence_order, i.other AS other FROM hit i
UNION ALL
SELECT i.person_id AS subject_id, i.rule_key AS rule_key, i.other_record AS evidence, 1 AS evidence_order, i.other AS other FROM hit i
