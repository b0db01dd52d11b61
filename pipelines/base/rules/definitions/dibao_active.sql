/*
name = "dibao_active"
title = "本季度末在保的低保成员（城乡），同一低保家庭按名单次序编号"
*/
SELECT
    d.record_id, d.person_id, d.household_id, d.county_code, d.township_code, d.village_code, d.household_no,
    d.relation, d.age, d.category, d.aid_type, d.protection_mode, d.start_month, d.monthly_amount_fen,
    ROW_NUMBER() OVER (PARTITION BY d.county_code, d.household_no ORDER BY d.record_id) AS member_no
FROM dibao d
CROSS JOIN parameter q
WHERE d.start_month <= q.last_month AND (d.stop_month IS NULL OR d.stop_month > q.last_month)
