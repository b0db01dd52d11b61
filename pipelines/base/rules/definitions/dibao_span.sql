/*
name = "dibao_span"
title = "低保成员发放的起止月份，近年已停发的也在内：paid_from起、paid_until前一月止，以百分之一月计（年×1200＋月×100），相减即为月数的一百倍"
*/
WITH months AS (
    SELECT
        d.record_id, d.person_id, d.county_code, d.household_no, d.monthly_amount_fen,
        COALESCE(d.start_month, q.first_month) AS start_month,
        COALESCE(d.stop_month, q.last_month + 100) AS stop_month, q.last_month
    FROM dibao d
    CROSS JOIN parameter q
    WHERE d.stop_month IS NULL OR d.stop_month > q.recover_from_month
)
SELECT
    m.record_id, m.person_id, m.county_code, m.household_no, m.monthly_amount_fen, m.start_month,
    (m.start_month - m.start_month % 100) * 12 + (m.start_month % 100) * 100 AS paid_from,
    LEAST(
        (m.stop_month - m.stop_month % 100) * 12 + (m.stop_month % 100) * 100,
        (m.last_month - m.last_month % 100) * 12 + (m.last_month % 100) * 100 + 100
    ) AS paid_until
FROM months m
