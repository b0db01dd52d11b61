/*
code = "R40"
title = "9种大病未集中救治"
why = "患专项救治病种的贫困人口应在定点医院集中救治，没有救治的要逐人落实。"
policy = { clause = "二(三)1", quote = "对患有儿童急性淋巴细胞白血病、食管癌、胃癌等9种大病的贫困人口集中救治率达到90%以上" }
owner = "卫生健康委员会"
severity = "S1"
subject = "person"
sources = ["registry_person", "serious_disease"]
optional_sources = ["deceased", "insurance", "registry_household"]
due_days = 15
advice = [
    "安排定点医院和签约医生",
    "本人放弃治疗的留存说明",
]
message = "确诊{disease}，尚未集中救治。"
related = ["R14"]

[[example]]
case = "没有救治、没有填写：列为疑点"
given = """
registry_person @P1
serious_disease @P1 disease=胃癌 treated=0
registry_person @P2
serious_disease @P2 disease=食管癌 untreated_reason=等待床位
"""
expect = ["P1/胃癌 <- serious_disease:1 registry_person:1", "P2/食管癌 <- serious_disease:2 registry_person:2"]

[[example]]
case = "已救治、放弃治疗、不在册：不列"
given = """
registry_person @P1
serious_disease @P1 disease=胃癌 treated=1
registry_person @P2
serious_disease @P2 disease=胃癌 treated=0 untreated_reason=本人放弃治疗
serious_disease @P3 disease=胃癌 treated=0
"""
expect = []

[[example]]
case = "写法不同的放弃（自愿放弃、家属放弃救治、拒绝治疗）：不列"
given = """
registry_person @P1
serious_disease @P1 disease=胃癌 treated=0 untreated_reason=自愿放弃
registry_person @P2
serious_disease @P2 disease=胃癌 treated=0 untreated_reason=家属放弃救治
registry_person @P3
serious_disease @P3 disease=胃癌 treated=0 untreated_reason=拒绝治疗
"""
expect = []

[[example]]
case = "确诊不满30天：不列；正好30天：列为疑点"
given = """
registry_person @P1
serious_disease @P1 disease=胃癌 diagnosed_date=2018-09-01
registry_person @P2
serious_disease @P2 disease=胃癌 diagnosed_date=2018-08-31
"""
expect = ["P2/胃癌"]

[[example]]
case = "本季度才识别的：不列"
given = """
registry_person @P1 identified_date=2018-07-01
serious_disease @P1 disease=胃癌 treated=0
registry_person @P2 identified_date=2018-07-01
serious_disease @P2 disease=食管癌 untreated_reason=等待床位
"""
expect = []
*/
SELECT
    p.person_id AS subject_id, d.disease AS rule_key, d.record_id || ';' || p.record_id AS evidence, d.disease AS disease
FROM serious_disease d
JOIN poor_person p ON p.person_id = d.person_id
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
CROSS JOIN parameter q
WHERE (d.treated IS NULL OR d.treated = 0) AND (d.diagnosed_date IS NULL OR d.diagnosed_date <= q.treatment_due_date) AND (d.untreated_reason IS NULL OR (d.untreated_reason NOT LIKE '%放弃%' AND d.untreated_reason NOT LIKE '%拒绝%'))
