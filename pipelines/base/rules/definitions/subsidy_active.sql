/*
name = "subsidy_active"
title = "本季度末在发的残疾人两项补贴；名单没有起享年月的视为早已在发"
*/
SELECT s.record_id, s.person_id, s.living, s.nursing, s.start_month
FROM disability_subsidy s
CROSS JOIN parameter q
WHERE (s.start_month IS NULL OR s.start_month <= q.last_month) AND (s.stop_month IS NULL OR s.stop_month > q.last_month)
