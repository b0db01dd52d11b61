/*
name = "protected_or_granted"
title = "农村、城市低保在保或特困供养的人员，以及已批准、以后月份起发的，一人一行；要求纳入保障的规则用它"
*/
SELECT DISTINCT u.person_id
FROM (
    SELECT d.person_id
    FROM dibao d
    CROSS JOIN parameter q
    WHERE d.stop_month IS NULL OR d.stop_month + q.stop_month_paid > q.last_month
    UNION ALL
    SELECT t.person_id FROM tekun t
) AS u
