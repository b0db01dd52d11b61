/*
name = "aid_without_number"
title = "本学期没有可用证号的资助记录，可能是同校同名的哪些学生"
*/
SELECT DISTINCT a.record_id, s.person_id
FROM student_aid a
JOIN parameter q ON q.current_term = a.term
JOIN student s ON s.school = a.school AND s.name = a.name
WHERE a.id18 IS NULL
