/*
name = "dibao_rural"
title = "本季度末在保的农村低保成员"
*/
SELECT
    d.record_id, d.person_id, d.household_id, d.county_code, d.township_code, d.village_code, d.household_no,
    d.relation, d.age, d.birth_date, d.aid_type, d.protection_mode, d.start_month, d.monthly_amount_fen, d.member_no
FROM dibao_active d
WHERE d.category = '农村'
