/*
name = "dibao_of_year"
title = "本年度内或本年度医保收缴期末在保的低保成员，一人一类一行；没有类别的即农村低保"
*/
SELECT DISTINCT d.person_id, COALESCE(d.category, '农村') AS category
FROM dibao d
CROSS JOIN parameter q
WHERE (d.start_month IS NULL OR d.start_month <= q.last_month) AND (d.stop_month IS NULL OR d.stop_month + q.stop_month_paid > q.year * 100)
