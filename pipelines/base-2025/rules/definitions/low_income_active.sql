/*
name = "low_income_active"
title = "本期末在册的低收入人口；退出年月当月起不再享受"
*/
SELECT
    l.record_id, l.person_id, l.household_id, l.household_no, l.county_code, l.category, l.area, l.start_month, l.fade_out_month, l.members,
    l.monthly_income_fen, l.yearly_income_fen, l.rigid_expense_fen, l.monthly_amount_fen
FROM low_income l
CROSS JOIN parameter q
WHERE (l.start_month IS NULL OR l.start_month <= q.last_month) AND (l.stop_month IS NULL OR l.stop_month > q.last_month)
