/*
name = "dibao_active_previous"
title = "上季度末在保的低保成员（城乡）；没有起保年月、类别的同 dibao_active"
*/
SELECT
    d.record_id, d.person_id, d.household_id, d.county_code, d.household_no, COALESCE(d.category, '农村') AS category,
    d.monthly_amount_fen
FROM dibao_previous d
CROSS JOIN parameter q
WHERE (d.start_month IS NULL OR d.start_month <= q.previous_last_month)
    AND (d.stop_month IS NULL OR d.stop_month + q.stop_month_paid > q.previous_last_month)
