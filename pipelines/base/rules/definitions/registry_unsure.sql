/*
name = "registry_unsure"
title = "没有证号或证号是别人的、又没有认到本年正常参保记录的在册人员：可能就是同乡镇同名的参保人"
*/
WITH borrowed AS (
    SELECT DISTINCT r.record_id
    FROM identity_record r
    WHERE r.id_of_other = 1
)
SELECT DISTINCT p.record_id, p.name, p.township_code
FROM registry_person p
LEFT JOIN borrowed b ON b.record_id = p.record_id
LEFT JOIN poor_cover i ON i.person_id = p.person_id
WHERE p.person_status = '正常' AND (p.id18 IS NULL OR b.record_id IS NOT NULL) AND i.person_id IS NULL
