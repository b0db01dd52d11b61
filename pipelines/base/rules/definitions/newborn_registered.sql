/*
name = "newborn_registered"
title = "刚出生的在册婴儿，一条登记一行：出生日期在期限以内，或没有证件号码而刚登记；sure为0的是证号有错、刚登记的学龄前儿童，看不出是不是刚出生"
*/
-- Of a child that has no number yet no list says when it was born: it was registered when it came. A number with a slip may
-- be a newborn's whose birth date came out as another one, or as none; a grown-up's card is none of these.
SELECT p.record_id, p.person_id,
    CASE
        WHEN p.id_class IN ('BADCHECK18', 'BADDATE18') AND (p.birth_date IS NULL OR p.birth_date <= q.newborn_date) THEN 0
        ELSE 1
    END AS sure
FROM poor_person p
CROSS JOIN parameter q
WHERE p.birth_date > q.newborn_date
    OR (p.birth_date IS NULL AND p.id_number IS NULL AND p.identified_date > q.newborn_date)
    OR (p.id_class IN ('BADCHECK18', 'BADDATE18') AND p.education = '学龄前儿童' AND p.identified_date > q.newborn_date)
