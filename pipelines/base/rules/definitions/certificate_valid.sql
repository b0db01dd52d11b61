/*
name = "certificate_valid"
title = "有效的残疾人证：状态有效（名单没有写明状态的视为有效）、没有过期；severe为一、二级；另给证号应有的类别、等级数字"
*/
SELECT
    c.record_id, c.person_id, c.household_id, c.id18, c.certificate_no, c.category, c.grade, c.care_need, c.issue_date, c.county_code, c.township_code, c.village_code,
    CASE WHEN c.grade IN ('一级', '二级') THEN 1 ELSE 0 END AS severe,
    CASE c.category WHEN '视力' THEN '1' WHEN '听力' THEN '2' WHEN '言语' THEN '3' WHEN '肢体' THEN '4'
        WHEN '智力' THEN '5' WHEN '精神' THEN '6' WHEN '多重' THEN '7' END AS category_digit,
    CASE c.grade WHEN '一级' THEN '1' WHEN '二级' THEN '2' WHEN '三级' THEN '3' WHEN '四级' THEN '4' END AS grade_digit
FROM disability_certificate c
CROSS JOIN parameter q
WHERE (c.status IS NULL OR c.status = '有效') AND (c.valid_until IS NULL OR c.valid_until >= q.quarter_end)
