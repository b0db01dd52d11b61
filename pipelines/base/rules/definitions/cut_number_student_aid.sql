/*
name = "cut_number_student_aid"
title = "学生资助名单里多半是同一个人的学生：姓名、出生日期相同，号码不同而有一个末三位是000，像是表格软件只留了十五位，一对一行；aided为1的本学期受助，enrolled为1的在读"
*/
-- A spreadsheet keeps fifteen digits of a number and writes three noughts for the rest; one in eleven of these passes the check.
WITH pair AS (
    SELECT a.person_id, b.person_id AS other_id
    FROM student a
    JOIN student_aid b ON b.name = a.name AND b.birth_date = a.birth_date
    WHERE ENDS_WITH(a.id18, '000') AND a.id18 <> b.id18 AND a.person_id <> b.person_id
    UNION
    SELECT a.person_id, b.person_id AS other_id
    FROM student a
    JOIN student_aid b ON b.name = a.name AND b.birth_date = a.birth_date
    WHERE ENDS_WITH(b.id18, '000') AND a.id18 <> b.id18 AND a.person_id <> b.person_id
)
SELECT p.person_id, p.other_id,
    CASE WHEN x.person_id IS NULL THEN 0 ELSE 1 END AS aided,
    CASE WHEN e.person_id IS NULL THEN 0 ELSE 1 END AS enrolled
FROM pair p
LEFT JOIN aided_pupil x ON x.person_id = p.other_id
LEFT JOIN (
    SELECT DISTINCT s.person_id
    FROM student s
    WHERE s.status IS NULL OR s.status = '在读'
) AS e ON e.person_id = p.person_id
