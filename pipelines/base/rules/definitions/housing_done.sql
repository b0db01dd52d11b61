/*
name = "housing_done"
title = "已验收合格且超过销档宽限期的危房改造记录"
*/
SELECT o.record_id, o.person_id, o.household_id, o.archive_no, o.plan_year, o.accept_date, o.ledger_status
FROM housing o
CROSS JOIN parameter q
WHERE o.accept_result = '合格' AND o.accept_date <= q.housing_grace_date
