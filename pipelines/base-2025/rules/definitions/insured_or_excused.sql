/*
name = "insured_or_excused"
title = "医保名单足以说明不是漏保的人员：本年度正常参保、状态没有写明，或写明参军、服刑、外地参保、死亡"
*/
SELECT DISTINCT i.person_id
FROM insurance i
JOIN parameter q ON q.year = i.year
WHERE i.status = '正常参保' OR i.status IS NULL OR i.stop_reason LIKE '%参军%' OR i.stop_reason LIKE '%服刑%' OR i.stop_reason LIKE '%外地%'
    OR i.stop_reason LIKE '%异地%' OR i.stop_reason LIKE '%死亡%'
