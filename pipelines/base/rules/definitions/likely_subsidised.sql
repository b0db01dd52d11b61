/*
name = "likely_subsidised"
title = "没有认到残疾人两项补贴在发记录、而名单里有一条很可能就是本人的人员，一人一行"
*/
SELECT DISTINCT n.person_id
FROM near_miss n
JOIN subsidy_active r ON r.person_id = n.candidate_person_id
WHERE n.source = 'disability_subsidy' AND n.likely = 1
