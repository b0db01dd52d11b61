/*
code = "Q53"
title = "特困供养贫困户有劳动力"
why = "特困供养户应无劳动能力；户内有劳动年龄劳动力，供养资格存疑。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S2"
subject = "household"
sources = ["registry_household", "registry_person"]
due_days = 60
advice = [
    "核实劳动能力和赡养抚养关系",
    "不符合特困条件的由民政部门复核",
]
message = "该户为特困供养贫困户，在册成员中有劳动年龄的劳动力。"
related = ["R14"]

[[example]]
case = "有16至65周岁劳动力：列为疑点"
given = """
registry_household #H1 poverty_attribute=特困供养贫困户
registry_person @P1 #H1 age=40 labour_ability=普通劳动力
registry_household #H2 poverty_attribute=特困供养贫困户
registry_person @P2 #H2 age=65 labour_ability=技能劳动力
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "超过65周岁、无劳动力、其他属性：不列"
given = """
registry_household #H1 poverty_attribute=特困供养贫困户
registry_person @P1 #H1 age=66 labour_ability=普通劳动力
registry_household #H2 poverty_attribute=特困供养贫困户
registry_person @P2 #H2 age=40 labour_ability=无劳动力
registry_household #H3
registry_person @P3 #H3 age=40 labour_ability=普通劳动力
"""
expect = []

[[example]]
case = "不再享受政策：不列"
given = """
registry_household #H1 poverty_attribute=特困供养贫困户 exit_status=已脱贫(不再享受政策)
registry_person @P1 #H1 age=40 labour_ability=普通劳动力
"""
expect = []
*/
WITH able AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    CROSS JOIN parameter q
    WHERE p.labour_ability IN ('普通劳动力', '技能劳动力') AND p.age BETWEEN q.labour_age_from AND q.labour_age_check_to
)
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN able f ON f.household_no = h.household_no
WHERE h.poverty_attribute = '特困供养贫困户'
