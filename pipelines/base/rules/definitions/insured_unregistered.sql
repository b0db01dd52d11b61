/*
name = "insured_unregistered"
title = "本年正常参保而不在建档立卡在册人员中、与某个 registry_unsure 同乡镇同名的人"
*/
SELECT i.record_id, i.name, i.township_code
FROM insurance i
JOIN parameter q ON q.year = i.year
JOIN registry_unsure_name u ON u.name = i.name AND u.township_code = i.township_code
LEFT JOIN (SELECT DISTINCT p.person_id FROM poor_person p) AS r ON r.person_id = i.person_id
WHERE i.status = '正常参保' AND r.person_id IS NULL
