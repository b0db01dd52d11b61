/*
name = "subsidy_now"
title = "本期末在发的残疾人两项补贴，一人一行"
*/
SELECT s.person_id, MAX(COALESCE(s.living, 0)) AS living, MAX(COALESCE(s.nursing, 0)) AS nursing
FROM disability_subsidy s
CROSS JOIN parameter q
WHERE (s.start_month IS NULL OR s.start_month <= q.last_month) AND (s.stop_month IS NULL OR s.stop_month > q.last_month)
GROUP BY s.person_id
