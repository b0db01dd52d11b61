/*
name = "dead_person"
title = "公安、殡葬或监测系统登记已死亡的人员，一人一行；监测系统没有日期"
*/
WITH register AS (
    SELECT x.person_id, x.death_date
    FROM deceased x
    CROSS JOIN parameter q
    WHERE x.death_date <= q.quarter_end
    UNION ALL
    SELECT p.person_id, NULL AS death_date
    FROM registry_person p
    WHERE p.person_status = '死亡'
)
SELECT g.person_id, MIN(g.death_date) AS death_date
FROM register g
GROUP BY g.person_id
