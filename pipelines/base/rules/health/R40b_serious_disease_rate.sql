/*
code = "R40b"
title = "大病集中救治率"
why = "患专项救治病种的贫困人口中已集中救治的比例，与年度目标比较。"
policy = { clause = "二(三)1", quote = "对患有儿童急性淋巴细胞白血病、食管癌、胃癌等9种大病的贫困人口集中救治率达到90%以上" }
owner = "卫生健康委员会"
severity = "S4"
subject = "unit"
sources = ["registry_person", "serious_disease"]
optional_sources = ["deceased", "insurance", "registry_household"]
indicator = true
levels = ["city", "county", "township", "village"]

[[example]]
case = "两人确诊，一人救治"
given = """
registry_person @P1
serious_disease @P1 treated=1
registry_person @P2
serious_disease @P2 treated=0 untreated_reason=等待床位
"""
expect = ["- 410600 1/2", "- 410621 1/2", "- 410621100 1/2", "- 410621100200 1/2"]

[[example]]
case = "放弃治疗、不在册：不计"
given = """
registry_person @P1
serious_disease @P1 treated=0 untreated_reason=本人放弃治疗
serious_disease @P2 treated=1
"""
expect = []

[[example]]
case = "写法不同的放弃、拒绝：不计"
given = """
registry_person @P1
serious_disease @P1 disease=胃癌 treated=0 untreated_reason=自愿放弃
registry_person @P2
serious_disease @P2 disease=胃癌 treated=0 untreated_reason=拒绝治疗
"""
expect = []

[[example]]
case = "确诊不满30天而没有救治：不计；已经救治：计入"
given = """
registry_person @P1
serious_disease @P1 disease=胃癌 diagnosed_date=2018-09-01
registry_person @P2
serious_disease @P2 disease=胃癌 diagnosed_date=2018-09-01 treated=1
"""
expect = ["- 410600 1/1", "- 410621 1/1", "- 410621100 1/1", "- 410621100200 1/1"]

[[example]]
case = "本季度才识别的：不计"
given = """
registry_person @P1 identified_date=2018-07-01
serious_disease @P1 treated=1
registry_person @P2 identified_date=2018-07-01
serious_disease @P2 treated=0 untreated_reason=等待床位
"""
expect = []
*/
SELECT
    p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN d.treated = 1 THEN 1 ELSE 0 END AS numerator, 1 AS denominator,
    q.serious_disease_target_permille * 10 AS target
FROM serious_disease d
JOIN poor_person p ON p.person_id = d.person_id
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
CROSS JOIN parameter q
WHERE (d.treated = 1 OR d.diagnosed_date IS NULL OR d.diagnosed_date <= q.treatment_due_date)
    AND (d.untreated_reason IS NULL OR (d.untreated_reason NOT LIKE '%放弃%' AND d.untreated_reason NOT LIKE '%拒绝%'))
