/*
name = "alive_registered"
title = "建档立卡在册而没有任何部门登记死亡的人员"
*/
SELECT p.record_id, p.person_id, p.household_no
FROM poor_person p
LEFT JOIN dead_person x ON x.person_id = p.person_id
WHERE x.person_id IS NULL
