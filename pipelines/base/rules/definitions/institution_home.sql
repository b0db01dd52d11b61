/*
name = "institution_home"
title = "在册成员全部集中供养的建档立卡户：住在供养机构，原住房不改造"
*/
WITH central AS (
    SELECT DISTINCT t.person_id
    FROM tekun_active t
    WHERE t.support_mode = '集中'
)
SELECT p.household_no
FROM poor_person p
LEFT JOIN central c ON c.person_id = p.person_id
GROUP BY p.household_no
HAVING COUNT(*) = COUNT(c.person_id)
