/*
name = "needy_person"
title = "困难群众：应享受政策的建档立卡人员、农村低保、特困供养，在世、本季度以前已认定，一人一行"
*/
SELECT u.person_id, MIN(u.record_id) AS record_id
FROM (
    SELECT p.person_id, p.record_id FROM entitled_person p
    UNION ALL
    SELECT d.person_id, d.record_id
    FROM dibao_rural d
    CROSS JOIN parameter q
    WHERE d.start_month IS NULL OR d.start_month < q.first_month
    UNION ALL
    SELECT t.person_id, t.record_id
    FROM tekun_active t
    CROSS JOIN parameter q
    WHERE t.start_month IS NULL OR t.start_month < q.first_month
) AS u
ANTI JOIN dead_person x ON x.person_id = u.person_id
GROUP BY u.person_id
