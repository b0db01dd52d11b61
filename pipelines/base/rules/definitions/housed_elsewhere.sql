/*
name = "housed_elsewhere"
title = "不再住原房的建档立卡户，一户一行：全户集中供养，或已易地搬迁入住"
*/
SELECT c.household_no
FROM institution_home c
UNION
SELECT p.household_no
FROM poor_person p
JOIN relocation r ON r.person_id = p.person_id
CROSS JOIN parameter q
WHERE r.move_in_date <= q.quarter_end
