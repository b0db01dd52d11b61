/*
name = "insured_or_excused"
title = "医保名单上的记录足以说明不是漏保的人员：本年度正常参保、状态没有写明，或写明参军、服刑、外地参保、死亡等，一人一行；没有参保的规则用它找相近的记录"
*/
SELECT i.person_id
FROM insured_person i
UNION
SELECT u.person_id
FROM insurance_unclear u
UNION
SELECT e.person_id
FROM lives_elsewhere e
UNION
SELECT d.person_id
FROM insurance_dead d
