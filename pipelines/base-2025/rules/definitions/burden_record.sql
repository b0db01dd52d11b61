/*
name = "burden_record"
title = "近十二个月的个人自付医疗费用，一笔一行：合计所凭的各笔都作佐证，多一笔就是情况变了"
*/
SELECT b.person_id, b.record_id, b.self_paid_fen
FROM medical_burden b
CROSS JOIN month_window w
WHERE b.month > w.before_12 AND b.month <= w.last_month
