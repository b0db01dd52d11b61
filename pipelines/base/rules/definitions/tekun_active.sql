/*
name = "tekun_active"
title = "本季度末在享的特困供养人员；名单没有起始年月的视为早已在享"
*/
SELECT
    t.record_id, t.person_id, t.household_id, t.county_code, t.township_code, t.village_code,
    t.age, t.support_mode, t.self_care, t.carer_name, t.agreement, t.wish, t.start_month, t.annual_amount_fen
FROM tekun t
CROSS JOIN parameter q
WHERE t.start_month IS NULL OR t.start_month <= q.last_month
