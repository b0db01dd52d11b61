/*
name = "subsidy_living"
title = "在发困难残疾人生活补贴的人员"
*/
SELECT s.person_id
FROM subsidy_now s
WHERE s.living = 1
