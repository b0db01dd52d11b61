/*
name = "dead_register"
title = "季度末前各部门登记的死亡：公安、殡葬（有日期），建档立卡人员状态，医保因死亡停保（没有日期）；低保停保原因是全户的，不算"
*/
SELECT d.person_id, d.record_id, '公安、殡葬' AS register, COALESCE(d.death_date, d.cancel_date) AS death_date
FROM deceased d
CROSS JOIN parameter q
WHERE COALESCE(d.death_date, d.cancel_date) <= q.quarter_end
UNION ALL
SELECT p.person_id, p.record_id, '建档立卡' AS register, NULL AS death_date
FROM registry_person p
WHERE p.person_status = '死亡'
UNION ALL
SELECT i.person_id, i.record_id, '医保' AS register, NULL AS death_date
FROM insurance_dead i
