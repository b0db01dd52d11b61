/*
name = "out_of_school"
title = "监测系统在册、义务教育年龄而没有学籍的儿童；登记因身体原因、送教上门、在外地就读的和户籍已迁出市外的不在内"
*/
SELECT p.record_id, p.person_id, p.household_no, p.age
FROM current_person p
CROSS JOIN parameter q
ANTI JOIN schooled s ON s.person_id = p.person_id
ANTI JOIN moved_away m ON m.person_id = p.person_id
WHERE p.birth_date < q.school_born_before AND p.birth_date >= q.school_born_from
    AND (p.absence_reason IS NULL OR NOT (p.absence_reason LIKE '%身体%' OR p.absence_reason LIKE '%送教%'
            OR p.absence_reason LIKE '%外地就读%' OR p.absence_reason LIKE '%外省就读%'))
