/*
name = "burden_within_12"
title = "近十二个月的医疗费用结算，一次一行"
*/
SELECT b.record_id, b.person_id, b.county_code, b.self_paid_fen
FROM burden_record b
CROSS JOIN month_window w
WHERE b.month > w.before_12 AND b.month <= w.last_month
