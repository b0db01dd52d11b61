/*
name = "aided_pupil"
title = "本学期已受助的学生，一人一行；本学期还在认定的，上学期受助的也算"
*/
SELECT DISTINCT a.person_id
FROM student_aid a
CROSS JOIN parameter q
WHERE a.term = q.current_term OR a.term = q.other_term
