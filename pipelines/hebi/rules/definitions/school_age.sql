/*
name = "school_age"
title = "义务教育年龄的建档立卡在册儿童"
*/
SELECT p.record_id, p.person_id, p.household_no, p.age, p.health, p.id_class, p.student_status
FROM poor_person p
CROSS JOIN parameter q
WHERE p.birth_date <= q.school_born_by AND p.birth_date > q.school_born_after
