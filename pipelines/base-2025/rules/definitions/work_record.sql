/*
name = "work_record"
title = "就业记录：本期名单的，加以前各期发布而本期名单没有报的月份"
*/
SELECT e.record_id, e.person_id, e.month
FROM employment e
UNION ALL
SELECT e.record_id, e.person_id, e.month
FROM employment_earlier e
