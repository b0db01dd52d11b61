/*
name = "subsidy_active"
title = "本季度末在发的残疾人两项补贴"
*/
SELECT s.record_id, s.person_id, s.living, s.nursing
FROM disability_subsidy s
CROSS JOIN parameter q
WHERE s.start_month <= q.last_month AND (s.stop_month IS NULL OR s.stop_month > q.last_month)
