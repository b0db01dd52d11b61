/*
name = "poor_cover"
title = "已参加基本医保的建档立卡在册人员及其五道保障标识，一人一行"
*/
SELECT i.person_id, i.record_id, i.serious, i.supplementary, i.commercial, i.aid_target
FROM insured_person i
JOIN (SELECT DISTINCT p.person_id FROM poor_person p) AS r ON r.person_id = i.person_id
