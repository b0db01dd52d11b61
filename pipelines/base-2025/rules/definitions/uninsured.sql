/*
name = "uninsured"
title = "监测系统在册、本年度没有参加基本医保的人员；出生不久的、户籍已迁出市外的、高校在读的不在内"
*/
SELECT p.record_id, p.person_id, p.household_no
FROM current_person p
CROSS JOIN parameter q
ANTI JOIN insured_or_excused i ON i.person_id = p.person_id
ANTI JOIN moved_away m ON m.person_id = p.person_id
ANTI JOIN college_student c ON c.person_id = p.person_id
WHERE p.birth_date IS NULL OR p.birth_date <= q.newborn_date
