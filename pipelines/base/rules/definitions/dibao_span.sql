/*
name = "dibao_span"
title = "低保成员发放的起止月份，近年已停发的也在内：paid_from起、paid_until前一月止，以百分之一月计（年×1200＋月×100），相减即为月数的一百倍；share_fen为月保障金按保障人数摊到一人"
*/
WITH months AS (
    SELECT
        d.record_id, d.person_id, d.county_code, d.household_no, d.start_month,
        CASE WHEN d.members_protected > 0 THEN d.members_protected ELSE COUNT(*) OVER (PARTITION BY d.county_code, d.household_no) END AS sharing,
        d.monthly_amount_fen,
        COALESCE(d.start_month, q.first_month) AS first_paid,
        COALESCE(d.stop_month, q.last_month + 100) AS stop_month, q.last_month, q.stop_month_paid
    FROM dibao d
    CROSS JOIN parameter q
    WHERE d.stop_month IS NULL OR d.stop_month > q.recover_from_month
)
SELECT
    m.record_id, m.person_id, m.county_code, m.household_no, m.monthly_amount_fen, m.start_month,
    CAST((m.monthly_amount_fen - m.monthly_amount_fen % m.sharing) / m.sharing AS BIGINT) AS share_fen,
    (m.first_paid - m.first_paid % 100) * 12 + (m.first_paid % 100) * 100 AS paid_from,
    LEAST(
        (m.stop_month - m.stop_month % 100) * 12 + (m.stop_month % 100) * 100 + m.stop_month_paid * 100,
        (m.last_month - m.last_month % 100) * 12 + (m.last_month % 100) * 100 + 100
    ) AS paid_until
FROM months m
