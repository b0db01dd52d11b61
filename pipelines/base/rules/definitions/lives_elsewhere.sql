/*
name = "lives_elsewhere"
title = "不在本地生活的人员：医保停保原因或未上学原因写明参军、服刑、户口迁出、在外地（外省、外市、境外）参保、就学或定居的，一人一行"
*/
WITH stated AS (
    SELECT i.person_id, i.stop_reason AS reason
    FROM insurance i
    JOIN parameter q ON q.year = i.year
    WHERE i.status <> '正常参保'
    UNION ALL
    SELECT p.person_id, p.absence_reason AS reason
    FROM registry_person p
)
SELECT DISTINCT s.person_id
FROM stated s
WHERE s.reason LIKE '%参军%' OR s.reason LIKE '%入伍%' OR s.reason LIKE '%服役%' OR s.reason LIKE '%兵役%' OR s.reason LIKE '%现役%'
    OR s.reason LIKE '%服刑%' OR s.reason LIKE '%监狱%' OR s.reason LIKE '%羁押%' OR s.reason LIKE '%外地%' OR s.reason LIKE '%异地%'
    OR s.reason LIKE '%外省%' OR s.reason LIKE '%省外%' OR s.reason LIKE '%外市%' OR s.reason LIKE '%市外%' OR s.reason LIKE '%迁出%'
    OR s.reason LIKE '%出国%' OR s.reason LIKE '%国外%' OR s.reason LIKE '%境外%' OR s.reason LIKE '%港澳%'
