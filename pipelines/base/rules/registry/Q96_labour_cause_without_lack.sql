/*
code = "Q96"
title = "主要致贫原因为缺劳力而全家都是劳动力"
why = "致贫原因与成员劳动能力不一致，帮扶措施难以对症。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
due_days = 60
advice = [
    "核实成员劳动能力",
    "据实更正致贫原因或劳动能力",
]
message = "该户主要致贫原因为缺劳力，在册成员都登记为普通或技能劳动力。"
related = ["R14", "R106"]

[[example]]
case = "全家都是劳动力：列为疑点"
given = """
registry_household #H1 cause_primary=缺劳力
registry_person @P1 #H1 labour_ability=普通劳动力
registry_person @P2 #H1 labour_ability=技能劳动力
"""
expect = ["H1 <- registry_household:1 registry_person:1 registry_person:2"]

[[example]]
case = "有一人不是、没有填写、别的原因、已脱贫：不列"
given = """
registry_household #H1 cause_primary=缺劳力
registry_person @P1 #H1 labour_ability=普通劳动力
registry_person @P2 #H1 labour_ability=无劳动力
registry_household #H2 cause_primary=缺劳力
registry_person @P3 #H2
registry_household #H3 cause_primary=缺技术
registry_person @P4 #H3 labour_ability=普通劳动力
registry_household #H4 cause_primary=缺劳力 exit_status=已脱贫(享受政策)
registry_person @P5 #H4 labour_ability=普通劳动力
"""
expect = []

[[example]]
case = "没有劳动力的成员已去世：列为疑点；有人的劳动能力看不出：不判断"
given = """
registry_household #H1 cause_primary=缺劳力
registry_person @P1 #H1 labour_ability=普通劳动力
registry_person @P2 #H1 labour_ability=无劳动力 person_status=死亡
registry_household #H2 cause_primary=缺劳力
registry_person @P3 #H2 labour_ability=普通劳动力
registry_person @P4 #H2 labour_ability=?
"""
expect = ["H1"]
undecided = ["H2"]
*/
WITH family AS (
    SELECT
        p.household_no,
        MAX(CASE WHEN p.labour_ability IN ('普通劳动力', '技能劳动力') THEN 0 ELSE 1 END) AS fits
    FROM poor_person p
    GROUP BY p.household_no
)
SELECT h.household_id AS subject_id, v.record_id AS evidence, v.evidence_order AS evidence_order
FROM registry_household h
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
JOIN family f ON f.household_no = h.household_no
JOIN registry_evidence v ON v.household_no = h.household_no
WHERE h.cause_primary = '缺劳力' AND f.fits = 0
