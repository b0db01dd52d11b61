/*
name = "family_helper"
title = "家中能照料、供养他人的在世成员：16周岁以上有劳动能力的，60周岁以上不在低保、特困名单的（仍是法定义务人）；sure为0的是劳动能力没有填写的成年人，看不出"
*/
SELECT p.household_no, p.person_id, CASE WHEN p.labour_ability IN ('普通劳动力', '技能劳动力') OR p.age >= q.pension_age THEN 1 ELSE 0 END AS sure
FROM poor_person p
CROSS JOIN parameter q
SEMI JOIN alive_registered a ON a.record_id = p.record_id
LEFT JOIN protected_person c ON c.person_id = p.person_id
WHERE (p.labour_ability IN ('普通劳动力', '技能劳动力') AND (p.age IS NULL OR p.age >= q.labour_age_from))
    OR (p.age >= q.pension_age AND c.person_id IS NULL)
    OR (p.labour_ability IS NULL AND (p.age IS NULL OR (p.age >= q.labour_age_from AND p.age < q.pension_age)))
