/*
name = "working_household"
title = "劳动力台账登记有人就业的建档立卡户，一户一行"
*/
SELECT DISTINCT p.household_no
FROM poor_person p
JOIN working w ON w.person_id = p.person_id
