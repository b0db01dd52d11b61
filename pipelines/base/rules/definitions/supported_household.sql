/*
name = "supported_household"
title = "本年度有产业帮扶措施的建档立卡户，一户一行"
*/
SELECT DISTINCT p.household_no
FROM poor_person p
JOIN industry_support s ON s.person_id = p.person_id
JOIN parameter q ON q.year = s.year
