/*
name = "subsidy_nursing"
title = "在发重度残疾人护理补贴的人员"
*/
SELECT s.person_id
FROM subsidy_now s
WHERE s.nursing = 1
