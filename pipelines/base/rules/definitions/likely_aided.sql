/*
name = "likely_aided"
title = "没有认到本学年资助记录、而名单里有一条很可能就是本人的学生，一人一行"
*/
SELECT DISTINCT n.person_id
FROM near_miss n
JOIN aided_pupil a ON a.person_id = n.candidate_person_id
WHERE n.source = 'student_aid' AND n.likely = 1
