/*
name = "checked_person"
title = "数据质量得分里的监测系统在册人员：每项自检该问谁（1该问，看不出的也问），看哪几格"
*/
SELECT
    p.person_id, p.household_id, p.county_code, p.township_code, p.village_code, p.labour_ability, p.age,
    CASE WHEN p.age IS NULL OR p.age BETWEEN q.labour_age_from AND q.labour_age_to THEN 1 ELSE 0 END AS labour_age
FROM current_person p
CROSS JOIN parameter q
