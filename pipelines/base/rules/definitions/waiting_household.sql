/*
name = "waiting_household"
title = "还谈不上帮扶的建档立卡户，一户一行：在册成员都已死亡，或都是本季度才识别的"
*/
WITH member AS (
    SELECT p.household_no, CASE WHEN a.record_id IS NOT NULL AND (p.identified_date IS NULL OR p.identified_date < q.quarter_start) THEN 1 ELSE 0 END AS due
    FROM poor_person p
    CROSS JOIN parameter q
    LEFT JOIN alive_registered a ON a.record_id = p.record_id
),
counted AS (
    SELECT m.household_no, MAX(m.due) AS due
    FROM member m
    GROUP BY m.household_no
)
SELECT c.household_no
FROM counted c
WHERE c.due = 0
