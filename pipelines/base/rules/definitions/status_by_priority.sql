/*
name = "status_by_priority"
title = "各人最优先的保障身份：1特困供养，2农村低保，3建档立卡；一人几种身份的只认最优先的"
*/
SELECT u.person_id, MIN(u.priority) AS priority
FROM (
    SELECT t.person_id, 1 AS priority FROM tekun_active t
    UNION ALL
    SELECT d.person_id, 2 AS priority FROM dibao_rural d
    UNION ALL
    SELECT p.person_id, 3 AS priority FROM poor_person p
) AS u
GROUP BY u.person_id
