/*
name = "supported_household"
title = "本年度（上半年连同上年度）有产业帮扶措施的建档立卡户，一户一行"
*/
SELECT DISTINCT p.household_no
FROM poor_person p
JOIN industry_support s ON s.person_id = p.person_id
CROSS JOIN parameter q
WHERE s.year >= q.service_from_year AND s.year <= q.year
