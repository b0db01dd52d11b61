/*
name = "must_insure"
title = "应在本地参加基本医保的在册人员：在世，不含高校在校生、刚出生的婴儿、不在本地生活的和参保状态没有写明的"
*/
SELECT p.record_id, p.person_id, p.household_no
FROM poor_person p
CROSS JOIN parameter q
SEMI JOIN alive_registered a ON a.record_id = p.record_id
LEFT JOIN lives_elsewhere e ON e.person_id = p.person_id
LEFT JOIN college_student c ON c.person_id = p.person_id
ANTI JOIN insurance_unclear u ON u.person_id = p.person_id
-- Of a child that has no number yet no list says when it was born: it was registered when it came. Whoever has a number,
-- be it one that says no birth date, is no newborn.
WHERE (p.birth_date <= q.newborn_date
        OR (p.birth_date IS NULL AND (p.id_number IS NOT NULL OR p.identified_date IS NULL OR p.identified_date <= q.newborn_date)))
    AND e.person_id IS NULL AND c.person_id IS NULL
