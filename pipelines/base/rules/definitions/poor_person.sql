/*
name = "poor_person"
title = "建档立卡在册人员：人员状态为正常、转入的登记，状态没有填写的也算在册"
*/
SELECT
    p.record_id, p.person_id, p.household_id, p.household_no, p.person_no, p.link_tier, p.in_review,
    p.county_code, p.township_code, p.village_code,
    p.birth_date, p.age, p.sex, p.id18, p.id_class, p.id_number, p.name, p.relation, p.ethnicity, p.education,
    p.student_status, p.health, p.labour_ability, p.work_months, p.work_place, p.insured_basic, p.insured_serious,
    p.pension_insured, p.dibao_flag,
    p.absence_reason, p.identified_date
FROM registry_person p
WHERE p.person_status IN ('正常', '转入') OR p.person_status IS NULL
