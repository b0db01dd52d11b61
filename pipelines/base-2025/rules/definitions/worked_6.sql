/*
name = "worked_6"
title = "近六个月有就业记录的人员"
*/
SELECT DISTINCT e.person_id
FROM work_record e
CROSS JOIN month_window w
WHERE e.month > w.before_6 AND e.month <= w.last_month
