/*
name = "current_person"
title = "监测系统在册、没有任何部门登记死亡的人员"
*/
SELECT
    p.record_id, p.person_id, p.household_id, p.household_no, p.county_code, p.township_code, p.village_code, p.id_class,
    p.birth_date, p.age, p.health, p.labour_ability, p.work_months, p.absence_reason, p.phone
FROM registry_person p
ANTI JOIN dead_person x ON x.person_id = p.person_id
WHERE p.person_status = '正常'
