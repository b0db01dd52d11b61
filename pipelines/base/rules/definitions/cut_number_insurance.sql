/*
name = "cut_number_insurance"
title = "医保名单里多半是同一个人的在册人员：姓名、出生日期相同，号码不同而有一个末三位是000，像是表格软件只留了十五位，一对一行；covered为1的，那条记录足以说明不是漏保"
*/
-- A spreadsheet keeps fifteen digits of a number and writes three noughts for the rest; one in eleven of these passes the check.
WITH pair AS (
    SELECT a.person_id, b.person_id AS other_id
    FROM poor_person a
    JOIN insurance b ON b.name = a.name AND b.birth_date = a.birth_date
    WHERE ENDS_WITH(a.id18, '000') AND a.id18 <> b.id18 AND a.person_id <> b.person_id
    UNION
    SELECT a.person_id, b.person_id AS other_id
    FROM poor_person a
    JOIN insurance b ON b.name = a.name AND b.birth_date = a.birth_date
    WHERE ENDS_WITH(b.id18, '000') AND a.id18 <> b.id18 AND a.person_id <> b.person_id
)
SELECT p.person_id, p.other_id, CASE WHEN x.person_id IS NULL THEN 0 ELSE 1 END AS covered
FROM pair p
LEFT JOIN insured_or_excused x ON x.person_id = p.other_id
