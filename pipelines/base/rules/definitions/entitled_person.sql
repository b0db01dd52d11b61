/*
name = "entitled_person"
title = "应享受政策的建档立卡在册人员：在世，所在户没有停止享受政策，本季度以前已识别"
*/
SELECT p.record_id, p.person_id, p.household_no
FROM poor_person p
CROSS JOIN parameter q
SEMI JOIN alive_registered a ON a.record_id = p.record_id
LEFT JOIN released_household r ON r.household_no = p.household_no
WHERE r.household_no IS NULL AND (p.identified_date IS NULL OR p.identified_date < q.quarter_start)
