/*
name = "subsidy_due"
title = "应核对残疾人两项补贴的持证人：证件有效、本季度以前发证，在世，不是特困供养人员；on_dibao为本季度以前已在保的低保人员"
*/
SELECT
    c.record_id, c.person_id, c.category, c.grade, c.severe, c.county_code, c.township_code, c.village_code,
    CASE WHEN d.person_id IS NULL THEN 0 ELSE 1 END AS on_dibao
FROM certificate_valid c
CROSS JOIN parameter q
LEFT JOIN tekun_active t ON t.person_id = c.person_id
LEFT JOIN dead_person x ON x.person_id = c.person_id
LEFT JOIN (
    SELECT DISTINCT b.person_id
    FROM dibao_active b
    CROSS JOIN parameter k
    WHERE b.start_month IS NULL OR b.start_month < k.first_month
) AS d ON d.person_id = c.person_id
WHERE t.person_id IS NULL AND x.person_id IS NULL AND (c.issue_date IS NULL OR c.issue_date < q.quarter_start)
