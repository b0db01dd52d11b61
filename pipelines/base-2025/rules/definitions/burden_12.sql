/*
name = "burden_12"
title = "近十二个月个人自付医疗费用，一人一行"
*/
SELECT b.person_id, SUM(b.self_paid_fen) AS self_paid_fen, MIN(b.record_id) AS record_id
FROM burden_record b
CROSS JOIN month_window w
WHERE b.month > w.before_12 AND b.month <= w.last_month
GROUP BY b.person_id
