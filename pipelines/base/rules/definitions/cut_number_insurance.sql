/*
name = "cut_number_insurance"
title = "医保名单里多半是同一个人的在册人员：姓名、出生日期相同，号码不同而有一个末三位是000，像是表格软件只留了十五位，一对一行"
*/
SELECT DISTINCT a.person_id, b.person_id AS other_id
FROM poor_person a
JOIN insurance b ON b.name = a.name AND b.birth_date = a.birth_date
WHERE a.person_id <> b.person_id AND a.id18 <> b.id18 AND (ENDS_WITH(a.id18, '000') OR ENDS_WITH(b.id18, '000'))
