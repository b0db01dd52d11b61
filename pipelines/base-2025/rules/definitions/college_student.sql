/*
name = "college_student"
title = "高校在读学生，多在学校所在地参保"
*/
SELECT DISTINCT s.person_id
FROM student s
WHERE s.stage = '高校' AND s.status = '在读'
