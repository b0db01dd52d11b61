/*
code = "R63b"
title = "残疾人两项补贴发放率"
why = "符合条件的困难残疾人生活补贴、重度残疾人护理补贴都要发到。"
policy = { clause = "二(三)3", quote = "全面落实困难残疾人生活补贴制度和重度残疾人护理补贴制度" }
owner = "民政局"
severity = "S4"
subject = "unit"
sources = ["disability_certificate", "disability_subsidy", "dibao", "tekun"]
optional_sources = ["deceased", "insurance", "registry_person"]
absent_from = [{ list = "disability_subsidy", rows = "subsidy_active" }]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { nursing = "重度残疾人中领取护理补贴的比例", living = "在低保的残疾人中领取生活补贴的比例" }

[[example]]
case = "护理补贴：一、二级；特困的不计"
given = """
disability_certificate @P1 grade=一级
disability_subsidy @P1 nursing=1
disability_certificate @P2 grade=二级
disability_subsidy @P2 living=1
disability_certificate @P3 grade=三级
disability_certificate @P4 grade=一级
tekun @P4
"""
expect = ["nursing 410600 1/2", "nursing 410621 1/2", "nursing 410621100 1/2", "nursing 410621100200 1/2"]

[[example]]
case = "生活补贴：在低保；特困的不计"
given = """
disability_certificate @P1 grade=三级
dibao @P1 household_no=D1
disability_subsidy @P1 living=1
disability_certificate @P2 grade=四级
dibao @P2 household_no=D2
disability_subsidy @P2 nursing=1
disability_certificate @P3 grade=三级
dibao @P3 household_no=D3
tekun @P3
disability_certificate @P4 grade=三级
"""
expect = ["living 410600 1/2", "living 410621 1/2", "living 410621100 1/2", "living 410621100200 1/2"]

[[example]]
case = "两项标识都没有的：不当作没有发"
given = """
disability_certificate @P1 grade=一级
dibao @P1 household_no=D1
disability_subsidy @P1
"""
expect = ["living 410600 1/1", "living 410621 1/1", "living 410621100 1/1", "living 410621100200 1/1", "nursing 410600 1/1", "nursing 410621 1/1", "nursing 410621100 1/1", "nursing 410621100200 1/1"]

[[example]]
case = "补贴名单里有一条很可能就是本人：先确认，两项都不计；多半不是、已停发、别的名单的：照计"
given = """
disability_certificate @P1 grade=一级
dibao @P1
disability_subsidy @P8 nursing=1 living=1
near_miss source=disability_subsidy record_id=disability_certificate:1 candidate=disability_subsidy:1
disability_certificate @P2 grade=一级
dibao @P2
near_miss source=disability_subsidy record_id=disability_certificate:2 candidate=disability_subsidy:1 likely=0
disability_certificate @P3 grade=一级
dibao @P3
near_miss source=insurance record_id=disability_certificate:3 candidate=disability_subsidy:1
disability_certificate @P4 grade=一级
dibao @P4
disability_subsidy @P4 nursing=1 living=1
near_miss source=disability_subsidy record_id=disability_certificate:4 candidate=disability_subsidy:1
disability_certificate @P5 grade=一级
dibao @P5
disability_subsidy @P9 nursing=1 living=1 stop_month=201801
near_miss source=disability_subsidy record_id=disability_certificate:5 candidate=disability_subsidy:3
disability_certificate @P6 grade=一级
dibao @P6
near_miss source=disability_subsidy record_id=disability_certificate:6 candidate=disability_subsidy:1
"""
expect = ["nursing 410600 1/4", "nursing 410621 1/4", "nursing 410621100 1/4", "nursing 410621100200 1/4", "living 410600 1/4", "living 410621 1/4", "living 410621100 1/4", "living 410621100200 1/4"]
*/
-- Whoever probably stands in the list under other particulars is to be confirmed first: he is counted neither way.
WITH nursing AS (
    SELECT DISTINCT s.person_id
    FROM subsidy_active s
    WHERE s.nursing = 1 OR s.nursing IS NULL
),
living AS (
    SELECT DISTINCT s.person_id
    FROM subsidy_active s
    WHERE s.living = 1 OR s.living IS NULL
)
SELECT
    'nursing' AS indicator, c.county_code AS county_code, c.township_code AS township_code, c.village_code AS village_code,
    CASE WHEN x.person_id IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator, q.full_cover_permyriad AS target
FROM subsidy_due c
CROSS JOIN parameter q
LEFT JOIN nursing x ON x.person_id = c.person_id
LEFT JOIN likely_subsidised y ON y.person_id = c.person_id
WHERE c.severe = 1 AND (x.person_id IS NOT NULL OR y.person_id IS NULL)
UNION ALL
SELECT
    'living' AS indicator, c.county_code AS county_code, c.township_code AS township_code, c.village_code AS village_code,
    CASE WHEN x.person_id IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator, q.full_cover_permyriad AS target
FROM subsidy_due c
CROSS JOIN parameter q
LEFT JOIN living x ON x.person_id = c.person_id
LEFT JOIN likely_subsidised y ON y.person_id = c.person_id
WHERE c.on_dibao = 1 AND (x.person_id IS NOT NULL OR y.person_id IS NULL)
