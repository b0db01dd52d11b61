/*
name = "pool_person"
title = "本期末在册的低收入人口，一人一行"
*/
SELECT DISTINCT l.person_id
FROM low_income_active l
