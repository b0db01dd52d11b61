/*
name = "needy_person"
title = "困难群众：建档立卡在册、农村低保在保、特困供养，一人一行"
*/
SELECT u.person_id, MIN(u.record_id) AS record_id
FROM (
    SELECT p.person_id, p.record_id FROM poor_person p
    UNION ALL
    SELECT d.person_id, d.record_id FROM dibao_rural d
    UNION ALL
    SELECT t.person_id, t.record_id FROM tekun_active t
) AS u
GROUP BY u.person_id
