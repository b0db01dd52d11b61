/*
name = "moved_this_term"
title = "本学期内从一所学校转出的学生，一人一校一行；没有写转出日期的也算"
*/
SELECT DISTINCT s.person_id, s.school
FROM student s
CROSS JOIN parameter q
WHERE s.status = '转出' AND (s.status_date IS NULL OR (s.status_date >= q.autumn_term_date AND s.status_date >= q.spring_term_date))
