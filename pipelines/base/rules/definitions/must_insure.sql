/*
name = "must_insure"
title = "应在本地参加基本医保的在册人员：在世，不含高校在校生、刚出生的婴儿、不在本地生活的和参保状态没有写明的；maybe_newborn为1的看不出是不是刚出生"
*/
SELECT p.record_id, p.person_id, p.household_no, CASE WHEN b.record_id IS NULL THEN 0 ELSE 1 END AS maybe_newborn
FROM poor_person p
SEMI JOIN alive_registered a ON a.record_id = p.record_id
LEFT JOIN lives_elsewhere e ON e.person_id = p.person_id
LEFT JOIN college_student c ON c.person_id = p.person_id
LEFT JOIN newborn_registered b ON b.record_id = p.record_id
ANTI JOIN insurance_unclear u ON u.person_id = p.person_id
WHERE (b.record_id IS NULL OR b.sure = 0) AND e.person_id IS NULL AND c.person_id IS NULL
