/*
name = "likely_insured"
title = "没有认到本年度参保记录、而名单里有一条很可能就是本人的人员，那条记录足以说明不是漏保，一人一行"
*/
SELECT DISTINCT n.person_id
FROM near_miss n
JOIN insured_or_excused r ON r.person_id = n.candidate_person_id
WHERE n.source = 'insurance' AND n.likely = 1
