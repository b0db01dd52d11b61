/*
name = "dibao_active"
title = "本季度末在保的低保成员（城乡），同一低保家庭按名单次序编号；名单没有起保年月的视为早已在保，没有类别的即农村低保"
*/
SELECT
    d.record_id, d.person_id, d.household_id, d.county_code, d.township_code, d.village_code, d.household_no,
    d.relation, d.age, d.birth_date, COALESCE(d.category, '农村') AS category, d.aid_type, d.protection_mode, d.start_month,
    d.monthly_amount_fen, ROW_NUMBER() OVER (PARTITION BY d.county_code, d.household_no ORDER BY d.record_id) AS member_no
FROM dibao d
CROSS JOIN parameter q
WHERE (d.start_month IS NULL OR d.start_month <= q.last_month) AND (d.stop_month IS NULL OR d.stop_month + q.stop_month_paid > q.last_month)
