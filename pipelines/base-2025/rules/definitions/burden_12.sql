/*
name = "burden_12"
title = "近十二个月个人自付医疗费用，一人一行"
*/
SELECT b.person_id, SUM(b.self_paid_fen) AS self_paid_fen, MIN(b.county_code) AS county_code
FROM burden_within_12 b
GROUP BY b.person_id
