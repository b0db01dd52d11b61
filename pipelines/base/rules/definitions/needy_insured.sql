/*
name = "needy_insured"
title = "已参加基本医保的困难群众及其大病补充、医疗救助标识，身份记录和参保记录各一行"
*/
SELECT n.person_id, n.record_id, 0 AS evidence_order, i.supplementary, i.aid_target
FROM needy_person n
JOIN insured_person i ON i.person_id = n.person_id
UNION ALL
SELECT n.person_id, i.record_id, 1 AS evidence_order, i.supplementary, i.aid_target
FROM needy_person n
JOIN insured_person i ON i.person_id = n.person_id
