/*
name = "cut_number_dibao"
title = "在保或已批准的低保成员里多半是同一个人的在册人员：姓名、出生日期相同，号码不同而有一个末三位是000，像是表格软件只留了十五位，一对一行"
*/
-- A spreadsheet keeps fifteen digits of a number and writes three noughts for the rest; one in eleven of these passes the check.
SELECT a.person_id, b.person_id AS other_id
FROM poor_person a
JOIN dibao b ON b.name = a.name AND b.birth_date = a.birth_date
CROSS JOIN parameter q
WHERE ENDS_WITH(a.id18, '000') AND a.id18 <> b.id18 AND a.person_id <> b.person_id
    AND (b.stop_month IS NULL OR b.stop_month + q.stop_month_paid > q.last_month)
UNION
SELECT a.person_id, b.person_id AS other_id
FROM poor_person a
JOIN dibao b ON b.name = a.name AND b.birth_date = a.birth_date
CROSS JOIN parameter q
WHERE ENDS_WITH(b.id18, '000') AND a.id18 <> b.id18 AND a.person_id <> b.person_id
    AND (b.stop_month IS NULL OR b.stop_month + q.stop_month_paid > q.last_month)
