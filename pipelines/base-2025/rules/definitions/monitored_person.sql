/*
name = "monitored_person"
title = "监测对象户的在册人员，不论风险是否已消除"
*/
SELECT DISTINCT p.person_id
FROM registry_person p
JOIN monitored_household h ON h.household_no = p.household_no
WHERE p.person_status = '正常'
