/*
name = "dead_listed"
title = "医保因死亡停保，或公安、殡葬登记死亡已过宽限期的人员"
*/
SELECT i.person_id, i.record_id
FROM insurance_dead i
UNION ALL
SELECT d.person_id, d.record_id
FROM deceased d
CROSS JOIN parameter q
WHERE COALESCE(d.death_date, d.cancel_date) <= q.death_grace_date
