/*
name = "school_age"
title = "应接受义务教育的建档立卡儿童：在世、适龄（没有出生日期的看登记的学段），不含缓学、免学、送教上门、写明在某处就读、已读完初中和不在本地生活的"
*/
SELECT p.record_id, p.person_id, p.household_no, p.age, p.health, p.id_class, p.student_status
FROM poor_person p
CROSS JOIN parameter q
SEMI JOIN alive_registered a ON a.record_id = p.record_id
LEFT JOIN lives_elsewhere e ON e.person_id = p.person_id
WHERE e.person_id IS NULL
    AND ((p.birth_date <= q.school_born_by AND p.birth_date > q.school_born_after)
        OR (p.birth_date IS NULL AND p.student_status IN ('小学', '七年级', '八年级', '九年级')))
    AND (p.absence_reason IS NULL
        OR (p.absence_reason NOT LIKE '%缓%' AND p.absence_reason NOT LIKE '%免%'
            AND p.absence_reason NOT LIKE '%送教%' AND p.absence_reason NOT LIKE '%毕业%'
            AND (p.absence_reason NOT LIKE '%就读%' OR p.absence_reason LIKE '%未就读%' OR p.absence_reason LIKE '%无法就读%'
                OR p.absence_reason LIKE '%不%就读%')))
    -- Ninth grade is behind them, and the roll drops whoever left.
    AND (p.age IS NULL OR p.age < q.ninth_grade_age_least OR p.education IS NULL OR p.education NOT IN ('初中', '高中')
        OR (p.student_status IS NOT NULL AND p.student_status <> '非在校生'))
