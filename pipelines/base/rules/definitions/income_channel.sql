/*
name = "income_channel"
title = "有增收渠道的建档立卡户，一户一行：产业帮扶、就业、务工、护林员、低保特困兜底、资产收益有一项即算"
*/
SELECT s.household_no FROM supported_household s
UNION
SELECT w.household_no FROM working_household w
UNION
SELECT p.household_no
FROM poor_person p
JOIN forest_ranger f ON f.person_id = p.person_id
CROSS JOIN parameter q
WHERE f.year >= q.service_from_year AND f.year <= q.year
UNION
SELECT p.household_no
FROM poor_person p
WHERE p.work_months > 0
UNION
SELECT p.household_no
FROM poor_person p
JOIN protected_or_granted d ON d.person_id = p.person_id
UNION
SELECT h.household_no
FROM registry_household h
WHERE h.property_income_fen > 0
