/*
name = "status_by_priority"
title = "本年度医保收缴期前就有、现在仍有的保障身份，各人取最优先的：1特困供养，2农村低保，3城市低保，4建档立卡（应享受政策的）；收缴期后才有的来年才改类别"
*/
SELECT u.person_id, MIN(u.priority) AS priority
FROM (
    SELECT t.person_id, 1 AS priority
    FROM tekun_active t
    CROSS JOIN parameter q
    WHERE t.start_month IS NULL OR t.start_month <= q.year * 100
    UNION ALL
    SELECT d.person_id, CASE WHEN d.category = '农村' THEN 2 ELSE 3 END AS priority
    FROM dibao_active d
    CROSS JOIN parameter q
    WHERE d.start_month IS NULL OR d.start_month <= q.year * 100
    UNION ALL
    SELECT p.person_id, 4 AS priority
    FROM poor_person p
    SEMI JOIN entitled_person e ON e.record_id = p.record_id
    CROSS JOIN parameter q
    WHERE p.identified_date IS NULL OR p.identified_date < q.premium_collected_date
) AS u
GROUP BY u.person_id
