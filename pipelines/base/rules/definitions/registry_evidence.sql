/*
name = "registry_evidence"
title = "建档立卡户的佐证记录：户登记在前，在册成员在后"
*/
SELECT h.household_no, h.record_id, 0 AS evidence_order
FROM registry_household h
UNION ALL
SELECT p.household_no, p.record_id, 1 AS evidence_order
FROM poor_person p
