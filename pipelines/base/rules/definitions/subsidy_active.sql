/*
name = "subsidy_active"
title = "本季度末在发的残疾人两项补贴；名单没有起享年月的视为早已在发；没有标识而有金额的视为享受，两项标识都没有的不知是哪一项（空）"
*/
SELECT
    s.record_id, s.person_id, s.start_month,
    CASE WHEN s.living = 1 OR s.living_fen > 0 THEN 1 WHEN s.living IS NULL AND s.nursing IS NULL THEN NULL ELSE COALESCE(s.living, 0) END AS living,
    CASE WHEN s.nursing = 1 OR s.nursing_fen > 0 THEN 1 WHEN s.living IS NULL AND s.nursing IS NULL THEN NULL ELSE COALESCE(s.nursing, 0) END AS nursing
FROM disability_subsidy s
CROSS JOIN parameter q
WHERE (s.start_month IS NULL OR s.start_month <= q.last_month) AND (s.stop_month IS NULL OR s.stop_month + q.stop_month_paid > q.last_month)
