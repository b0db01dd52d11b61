/*
name = "subsidy_span"
title = "残疾人两项补贴发放的起止月份，近年已停发的也在内，单位同dibao_span；living_fen、nursing_fen为享受的那一项的月额，active为本季度末在发"
*/
WITH months AS (
    SELECT
        s.record_id, s.person_id, s.county_code, s.start_month,
        CASE WHEN s.living = 1 OR s.living_fen > 0 THEN 1 ELSE 0 END AS living,
        CASE WHEN s.nursing = 1 OR s.nursing_fen > 0 THEN 1 ELSE 0 END AS nursing,
        CASE WHEN s.living = 1 OR s.living_fen > 0 THEN COALESCE(s.living_fen, 0) ELSE 0 END AS living_fen,
        CASE WHEN s.nursing = 1 OR s.nursing_fen > 0 THEN COALESCE(s.nursing_fen, 0) ELSE 0 END AS nursing_fen,
        COALESCE(s.start_month, q.first_month) AS first_paid,
        COALESCE(s.stop_month, q.last_month + 100) AS stop_month, q.last_month, q.stop_month_paid
    FROM disability_subsidy s
    CROSS JOIN parameter q
    WHERE (s.stop_month IS NULL OR s.stop_month > q.recover_from_month) AND (s.start_month IS NULL OR s.start_month <= q.last_month)
)
SELECT
    m.record_id, m.person_id, m.county_code, m.start_month, m.living, m.nursing, m.living_fen, m.nursing_fen,
    (m.first_paid - m.first_paid % 100) * 12 + (m.first_paid % 100) * 100 AS paid_from,
    LEAST(
        (m.stop_month - m.stop_month % 100) * 12 + (m.stop_month % 100) * 100 + m.stop_month_paid * 100,
        (m.last_month - m.last_month % 100) * 12 + (m.last_month % 100) * 100 + 100
    ) AS paid_until,
    CASE WHEN m.stop_month + m.stop_month_paid > m.last_month THEN 1 ELSE 0 END AS active
FROM months m
