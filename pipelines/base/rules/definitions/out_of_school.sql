/*
name = "out_of_school"
title = "应接受义务教育而没有学籍的建档立卡儿童；休学、初中毕业、状态没有填写的算有学籍，超过学龄前年龄的学前学籍不算"
*/
WITH schooled AS (
    SELECT s.person_id, MAX(CASE WHEN s.stage = '学前' THEN 0 ELSE 1 END) AS beyond
    FROM student s
    WHERE s.status IS NULL OR s.status IN ('在读', '休学') OR (s.stage = '初中' AND s.status = '毕业')
    GROUP BY s.person_id
)
SELECT c.record_id, c.person_id, c.household_no, c.age
FROM school_age c
CROSS JOIN parameter q
LEFT JOIN schooled s ON s.person_id = c.person_id
WHERE s.person_id IS NULL OR (s.beyond = 0 AND c.age > q.preschool_age_most)
