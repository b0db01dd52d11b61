/*
name = "insured_person"
title = "本年度正常参保的人员及其五道保障标识，一人一行；职工医保自有大额补充，其余各道只办给居民，都视为已覆盖"
*/
SELECT
    i.person_id,
    MIN(i.record_id) AS record_id,
    MAX(CASE WHEN i.serious_illness = 1 OR i.scheme = '职工' THEN 1 ELSE 0 END) AS serious,
    MAX(CASE WHEN i.supplementary = 1 OR i.scheme = '职工' THEN 1 ELSE 0 END) AS supplementary,
    MAX(CASE WHEN i.commercial = 1 OR i.scheme = '职工' THEN 1 ELSE 0 END) AS commercial,
    MAX(CASE WHEN i.aid_target = 1 OR i.scheme = '职工' THEN 1 ELSE 0 END) AS aid_target
FROM insurance i
JOIN parameter q ON q.year = i.year
WHERE i.status = '正常参保'
GROUP BY i.person_id
