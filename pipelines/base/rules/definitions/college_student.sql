/*
name = "college_student"
title = "高校在校生：建档立卡登记为大专及以上或高职，或学籍为高校在读；在学校参保，不算户内人口"
*/
SELECT p.person_id
FROM registry_person p
WHERE p.student_status IN ('大专及以上', '高职一年级', '高职二年级', '高职三年级')
UNION
SELECT s.person_id
FROM student s
WHERE s.stage = '高校' AND (s.status IS NULL OR s.status = '在读')
