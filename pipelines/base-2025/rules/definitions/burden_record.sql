/*
name = "burden_record"
title = "医疗费用结算记录：本期名单的，加以前各期发布而本期名单没有报的月份"
*/
SELECT b.record_id, b.person_id, b.county_code, b.month, b.self_paid_fen
FROM medical_burden b
UNION ALL
SELECT b.record_id, b.person_id, b.county_code, b.month, b.self_paid_fen
FROM medical_burden_earlier b
