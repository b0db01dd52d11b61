/*
name = "poor_insured"
title = "已参加基本医保、应享受政策的建档立卡人员及其大病保险、商业补充标识，身份记录和参保记录各一行"
*/
SELECT p.person_id, p.record_id, 0 AS evidence_order, i.serious, i.commercial
FROM entitled_person p
JOIN poor_cover i ON i.person_id = p.person_id
UNION ALL
SELECT p.person_id, i.record_id, 1 AS evidence_order, i.serious, i.commercial
FROM entitled_person p
JOIN poor_cover i ON i.person_id = p.person_id
