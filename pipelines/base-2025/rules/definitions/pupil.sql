/*
name = "pupil"
title = "在读的全日制学生"
*/
SELECT DISTINCT s.person_id
FROM student s
WHERE s.status = '在读'
