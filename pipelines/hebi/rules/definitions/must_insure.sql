/*
name = "must_insure"
title = "应参加基本医保的在册人员:不含大专及以上在校生和刚出生的婴儿"
*/
SELECT p.record_id, p.person_id, p.household_no
FROM poor_person p
CROSS JOIN parameter q
WHERE (p.student_status IS NULL OR p.student_status <> '大专及以上')
    AND (p.birth_date IS NULL OR p.birth_date <= q.newborn_date)
