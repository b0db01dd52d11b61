/*
name = "dangerous_standing"
title = "四类重点对象的存量危房：台账在账未验收合格的，和建档立卡登记危房而没有验收合格改造的"
*/
WITH accepted AS (
    SELECT o.person_id, o.household_id
    FROM housing o
    WHERE o.accept_result = '合格'
),
member_done AS (
    SELECT DISTINCT p.household_no
    FROM registry_person p
    JOIN accepted a ON a.person_id = p.person_id
    -- The new house of a daughter who married out is not her parents'.
    WHERE p.person_status IS NULL OR p.person_status <> '转出'
),
home_done AS (
    SELECT DISTINCT a.household_id FROM accepted a
),
-- Who lives in an institution or was resettled needs the old house no more.
housed AS (
    SELECT p.person_id
    FROM poor_person p
    JOIN housed_elsewhere c ON c.household_no = p.household_no
    UNION
    SELECT r.person_id
    FROM relocation r
    CROSS JOIN parameter q
    WHERE r.move_in_date <= q.quarter_end
)
SELECT o.household_id, o.record_id, 0 AS evidence_order, o.county_code, o.township_code, o.village_code, 0 AS leaving, '台账中尚未验收合格' AS state
FROM housing o
LEFT JOIN home_done b ON b.household_id = o.household_id
LEFT JOIN housed s ON s.person_id = o.person_id
WHERE o.danger_level IN ('C', 'D') AND o.poverty_type <> '其他' AND o.ledger_status = '在账' AND b.household_id IS NULL
    AND s.person_id IS NULL
UNION ALL
SELECT h.household_id, h.record_id, 1 AS evidence_order, h.county_code, h.township_code, h.village_code,
    CASE WHEN (h.exit_status = '预脱贫' AND q.year = q.first_clear_year) OR h.exit_year = q.first_clear_year THEN 1 ELSE 0 END AS leaving, '建档立卡登记为危房，没有验收合格的改造记录' AS state
FROM registry_household h
CROSS JOIN parameter q
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
ANTI JOIN waiting_household waiting ON waiting.household_no = h.household_no
LEFT JOIN member_done m ON m.household_no = h.household_no
LEFT JOIN home_done b ON b.household_id = h.household_id
LEFT JOIN housed_elsewhere c ON c.household_no = h.household_no
WHERE (h.dangerous_house = 1 OR h.danger_level IN ('C', 'D'))
    AND m.household_no IS NULL AND b.household_id IS NULL AND c.household_no IS NULL
