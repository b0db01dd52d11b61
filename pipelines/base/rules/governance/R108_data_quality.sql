/*
code = "R108"
title = "信息数据质量月通报指数"
why = "证件号码能不能用、要素填得全不全、与其他部门对不对得上，决定比对结果可不可信；按县、乡、村通报。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S4"
subject = "unit"
sources = ["registry_person"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { id_usable = "证件号码有效的在册人员比例", fields_complete = "民族、健康、劳动技能、在校生状况填写齐全的在册人员比例", name_and_id_agree = "与各部门记录姓名证号都一致的在册人员比例" }

[[example]]
case = "号码、要素、匹配各计一项"
given = """
registry_person @P1 id_class=VALID18 ethnicity=汉族 health=健康 labour_ability=普通劳动力 student_status=非在校生
registry_person @P2 id_class=CERT20 ethnicity=汉族 health=健康 labour_ability=普通劳动力 link_tier=2
registry_person @P3 id_class=CERT22 health=健康 labour_ability=普通劳动力 student_status=小学 in_review=1
registry_person @P4 id_class=BADCHECK18 ethnicity=汉族 health=健康 student_status=小学
registry_person @P5 ethnicity=汉族 labour_ability=普通劳动力 student_status=小学
"""
expect = ["id_usable 410600 3/5", "id_usable 410621 3/5", "id_usable 410621100 3/5", "id_usable 410621100200 3/5", "fields_complete 410600 1/5", "fields_complete 410621 1/5", "fields_complete 410621100 1/5", "fields_complete 410621100200 1/5", "name_and_id_agree 410600 3/5", "name_and_id_agree 410621 3/5", "name_and_id_agree 410621100 3/5", "name_and_id_agree 410621100200 3/5"]

[[example]]
case = "已不在册：不计"
given = """
registry_person @P1 person_status=死亡
"""
expect = []
*/
SELECT
    'id_usable' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN p.id_class IN ('VALID18', 'CERT20', 'CERT22') THEN 1 ELSE 0 END AS numerator,
    1 AS denominator, q.quality_target_permyriad AS target
FROM poor_person p
CROSS JOIN parameter q
UNION ALL
SELECT
    'fields_complete' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE
        WHEN p.ethnicity IS NULL OR p.health IS NULL OR p.labour_ability IS NULL OR p.student_status IS NULL THEN 0
        ELSE 1
    END AS numerator,
    1 AS denominator, q.quality_target_permyriad AS target
FROM poor_person p
CROSS JOIN parameter q
UNION ALL
SELECT
    'name_and_id_agree' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN p.link_tier = 1 AND p.in_review = 0 THEN 1 ELSE 0 END AS numerator,
    1 AS denominator, q.quality_target_permyriad AS target
FROM poor_person p
CROSS JOIN parameter q
