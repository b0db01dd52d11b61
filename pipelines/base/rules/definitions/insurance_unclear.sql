/*
name = "insurance_unclear"
title = "本年度医保名单上有记录而参保状态没有写明的人员：不能当作未参保，一人一行"
*/
SELECT DISTINCT i.person_id
FROM insurance i
JOIN parameter q ON q.year = i.year
WHERE i.status IS NULL
