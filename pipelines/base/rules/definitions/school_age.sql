/*
name = "school_age"
title = "义务教育年龄的建档立卡在册儿童，不含登记为缓学、免学、在外省或国外就读的"
*/
SELECT p.record_id, p.person_id, p.household_no, p.age, p.health, p.id_class, p.student_status
FROM poor_person p
CROSS JOIN parameter q
WHERE p.birth_date <= q.school_born_by AND p.birth_date > q.school_born_after
    AND (p.absence_reason IS NULL
        OR (p.absence_reason NOT LIKE '%缓%' AND p.absence_reason NOT LIKE '%免%'
            AND p.absence_reason NOT LIKE '%外省%' AND p.absence_reason NOT LIKE '%出国%'))
