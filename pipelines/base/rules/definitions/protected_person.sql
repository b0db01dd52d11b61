/*
name = "protected_person"
title = "农村、城市低保在保或特困供养的人员，一人一行"
*/
SELECT DISTINCT u.person_id
FROM (
    SELECT d.person_id FROM dibao_active d
    UNION ALL
    SELECT t.person_id FROM tekun_active t
) AS u
