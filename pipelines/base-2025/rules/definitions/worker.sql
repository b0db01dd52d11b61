/*
name = "worker"
title = "劳动年龄内有普通、技能劳动力的在册人员，在校学生除外"
*/
SELECT p.record_id, p.person_id, p.household_no
FROM current_person p
CROSS JOIN parameter q
ANTI JOIN pupil s ON s.person_id = p.person_id
WHERE p.labour_ability IN ('普通劳动力', '技能劳动力') AND p.age BETWEEN q.labour_age_from AND q.labour_age_to
