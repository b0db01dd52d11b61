/*
name = "tekun_span"
title = "特困供养人员发放的起止月份：paid_from起、paid_until前一月止，单位同dibao_span；monthly_fen为年供养金的十二分之一"
*/
SELECT
    t.record_id, t.person_id, t.county_code, t.start_month,
    CAST((t.annual_amount_fen - t.annual_amount_fen % 12) / 12 AS BIGINT) AS monthly_fen,
    (COALESCE(t.start_month, q.first_month) - COALESCE(t.start_month, q.first_month) % 100) * 12
        + (COALESCE(t.start_month, q.first_month) % 100) * 100 AS paid_from,
    (q.last_month - q.last_month % 100) * 12 + (q.last_month % 100) * 100 + 100 AS paid_until
FROM tekun_active t
CROSS JOIN parameter q
