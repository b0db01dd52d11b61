/*
name = "insurance_dead"
title = "医保因死亡停保、没有其他正常参保的人员"
*/
SELECT i.person_id, i.record_id
FROM insurance i
ANTI JOIN insured_person a ON a.person_id = i.person_id
WHERE (i.stop_reason LIKE '%死亡%' OR i.stop_reason LIKE '%去世%' OR i.stop_reason LIKE '%病故%' OR i.stop_reason LIKE '%亡故%'
        OR i.stop_reason LIKE '%身故%' OR i.stop_reason LIKE '%过世%')
    AND i.status <> '正常参保'
