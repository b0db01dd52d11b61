/*
name = "burden_12"
title = "近十二个月个人自付医疗费用，一人一行"
*/
SELECT b.person_id, SUM(b.self_paid_fen) AS self_paid_fen
FROM burden_record b
GROUP BY b.person_id
