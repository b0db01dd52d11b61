/*
code = "R25"
title = "特困条件不符（错养疑似）"
why = "特困人员户籍上有成年子女或配偶且有劳动能力，或本人未满60周岁是普通劳动力，可能不符合特困条件。"
policy = { clause = "二(一)2", quote = "有进有出、应扶尽扶、应保尽保" }
owner = "民政局"
severity = "S2"
subject = "person"
sources = ["tekun", "hukou", "registry_person"]
due_days = 30
advice = [
    "核实义务人有无履行能力",
    "确不符合的转为低保或退出",
]
message = "特困供养人员{reason}。"
related = ["R14"]

[[example]]
case = "户口上有能劳动的子女；本人能劳动"
given = """
tekun @P1
hukou @P1 household_no=K1
hukou @P2 household_no=K1 relation=子
registry_person @P2 age=18 labour_ability=普通劳动力
tekun @P3
registry_person @P3 age=59 labour_ability=普通劳动力
tekun @P4
hukou @P4 household_no=K4
hukou @P5 household_no=K4 relation=配偶
registry_person @P5 age=59 labour_ability=技能劳动力
tekun @P6
hukou @P6 household_no=K6
hukou @P7 household_no=K6 relation=女
registry_person @P7 age=30 labour_ability=普通劳动力
"""
expect = ["P1/family <- tekun:1 hukou:2", "P3/self <- tekun:2 registry_person:2", "P4/family <- tekun:3 hukou:4", "P6/family <- tekun:4 hukou:6"]

[[example]]
case = "没有劳动能力、超龄、其他关系、也是特困、不在同一户口：不列"
given = """
tekun @P1
registry_person @P1 age=60 labour_ability=普通劳动力
hukou @P1 household_no=K1
hukou @P2 household_no=K1 relation=子
registry_person @P2 age=30 labour_ability=无劳动力
hukou @P3 household_no=K1 relation=子
registry_person @P3 age=60 labour_ability=普通劳动力
hukou @P4 household_no=K1 relation=其他亲属
registry_person @P4 age=30 labour_ability=普通劳动力
hukou @P5 household_no=K1 relation=子
registry_person @P5 age=17 labour_ability=普通劳动力
hukou @P6 household_no=K6 relation=子
registry_person @P6 age=30 labour_ability=普通劳动力
hukou @P7 household_no=K1 relation=配偶
registry_person @P7 age=59 labour_ability=无劳动力
tekun @P7
tekun @P8
hukou @P8 household_no=K8
tekun @P9
registry_person @P9 age=50 labour_ability=无劳动力
hukou @P9 household_no=K8 relation=子
"""
expect = []

[[example]]
case = "义务人也是特困：按本人列，不按家属列"
given = """
tekun @P1
hukou @P1 household_no=K1
tekun @P2
hukou @P2 household_no=K1 relation=子
registry_person @P2 age=30 labour_ability=普通劳动力
"""
expect = ["P2/self"]

[[example]]
case = "关系是与户主的关系：侄子（户主弟弟的儿子）不是义务人，不列；本人是户主的父母或配偶，户主有劳动能力：列为疑点；户主的其他亲属：不列"
given = """
tekun @P1
hukou @P1 household_no=K1 relation=兄弟姐妹
hukou @P2 household_no=K1 relation=户主
hukou @P3 household_no=K1 relation=子
registry_person @P3 age=30 labour_ability=普通劳动力
tekun @P4
hukou @P4 household_no=K4 relation=父母
hukou @P5 household_no=K4 relation=户主
registry_person @P5 age=40 labour_ability=普通劳动力
tekun @P6
hukou @P6 household_no=K6 relation=配偶
hukou @P7 household_no=K6 relation=户主
registry_person @P7 age=40 labour_ability=普通劳动力
tekun @P8
hukou @P8 household_no=K8 relation=其他亲属
hukou @P9 household_no=K8 relation=户主
registry_person @P9 age=40 labour_ability=普通劳动力
tekun @P10
hukou @P10 household_no=K10 relation=父母
hukou @P11 household_no=K10 relation=女
registry_person @P11 age=40 labour_ability=普通劳动力
tekun @P12
hukou @P12 household_no=K12 relation=户主
hukou @P13 household_no=K12 relation=女
registry_person @P13 age=40 labour_ability=普通劳动力
"""
expect = ["P4/family", "P6/family", "P12/family"]
*/
SELECT
    t.person_id AS subject_id, 'family' AS rule_key, t.record_id || ';' || k.record_id AS evidence,
    '户籍上有能劳动的' || CASE WHEN k.relation <> '户主' THEN k.relation WHEN own.relation = '父母' THEN '子女' ELSE '配偶' END AS reason
FROM tekun_active t
JOIN hukou own ON own.person_id = t.person_id
JOIN hukou k ON k.household_no = own.household_no
JOIN poor_person p ON p.person_id = k.person_id
CROSS JOIN parameter q
LEFT JOIN tekun_active x ON x.person_id = k.person_id
WHERE ((COALESCE(own.relation, '户主') = '户主' AND k.relation IN ('子', '女', '配偶'))
        OR (own.relation IN ('配偶', '父母') AND k.relation = '户主'))
    AND p.labour_ability IN ('普通劳动力', '技能劳动力')
    AND p.age BETWEEN q.adult_age AND q.labour_age_to
    AND x.person_id IS NULL
UNION ALL
SELECT
    t.person_id AS subject_id, 'self' AS rule_key, t.record_id || ';' || p.record_id AS evidence,
    '本人登记为普通劳动力' AS reason
FROM tekun_active t
JOIN poor_person p ON p.person_id = t.person_id
CROSS JOIN parameter q
WHERE p.labour_ability = '普通劳动力' AND p.age < q.tekun_age
