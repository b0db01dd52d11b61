/*
name = "must_insure"
title = "应在本地参加基本医保的在册人员：不含大专及以上在校生、刚出生的婴儿，和医保登记为参军、服刑、在外地参保或死亡的"
*/
WITH elsewhere AS (
    SELECT DISTINCT i.person_id
    FROM insurance i
    JOIN parameter q ON q.year = i.year
    WHERE i.status <> '正常参保'
        AND (i.stop_reason LIKE '%参军%' OR i.stop_reason LIKE '%入伍%' OR i.stop_reason LIKE '%服刑%'
            OR i.stop_reason LIKE '%外地%' OR i.stop_reason LIKE '%异地%' OR i.stop_reason LIKE '%死亡%')
)
SELECT p.record_id, p.person_id, p.household_no
FROM poor_person p
CROSS JOIN parameter q
LEFT JOIN elsewhere e ON e.person_id = p.person_id
WHERE (p.student_status IS NULL OR p.student_status <> '大专及以上')
    AND (p.birth_date IS NULL OR p.birth_date <= q.newborn_date)
    AND e.person_id IS NULL
