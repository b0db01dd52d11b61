/*
name = "checked_person"
title = "数据质量得分里的在册人员：每项自检该问谁（1该问，看不出的也问），看哪几格"
*/
SELECT
    p.person_id, p.household_id, p.county_code, p.township_code, p.village_code,
    p.ethnicity, p.education, p.student_status, p.health, p.labour_ability, p.work_months, p.work_place,
    p.insured_basic, p.insured_serious, p.sex, p.age, p.relation,
    CASE WHEN p.age IS NULL OR p.age BETWEEN q.student_age_from AND q.student_age_to THEN 1 ELSE 0 END AS pupil_age,
    CASE WHEN p.age IS NULL OR p.age BETWEEN q.labour_age_from AND q.labour_age_to THEN 1 ELSE 0 END AS labour_age,
    CASE WHEN p.age IS NULL OR p.age BETWEEN q.labour_age_from AND q.labour_age_check_to THEN 1 ELSE 0 END AS labour_check_age,
    CASE WHEN p.age IS NULL OR p.age < q.labour_age_from THEN 1 ELSE 0 END AS child,
    CASE WHEN p.student_status IS NULL OR p.student_status = '非在校生' THEN 1 ELSE 0 END AS not_pupil,
    CASE
        WHEN p.student_status <> '非在校生' THEN 1
        WHEN p.student_status IS NULL AND (p.age IS NULL OR p.age BETWEEN q.student_age_from AND q.student_age_to) THEN 1
        ELSE 0
    END AS pupil,
    CASE WHEN p.age < q.student_age_from OR p.age > q.student_age_to OR p.age IS NULL THEN 1 ELSE 0 END AS beyond_pupil_age,
    CASE WHEN p.health IS NULL OR p.health LIKE '%残疾%' OR p.id_class IN ('CERT20', 'CERT22') THEN 1 ELSE 0 END AS disabled,
    CASE
        WHEN p.work_months > 0 OR p.work_place IS NOT NULL THEN 1
        WHEN p.work_months IS NULL AND (p.age IS NULL OR p.age BETWEEN q.labour_age_from AND q.labour_age_to) THEN 1
        ELSE 0
    END AS working,
    CASE WHEN p.id_class IN ('VALID18', 'CERT20', 'CERT22') THEN 1 ELSE 0 END AS numbered,
    CASE WHEN p.relation IS NULL OR p.relation IN ('之子', '之女', '之父', '之母') THEN 1 ELSE 0 END AS kin
FROM poor_person p
CROSS JOIN parameter q
