/*
name = "person_filled"
title = "建档立卡人口表中各县区填了值的列：整列没有值的县区多半是导出缺列，不算漏填"
*/
SELECT 'ethnicity' AS field, p.county_code
FROM registry_person p
WHERE p.ethnicity IS NOT NULL
GROUP BY p.county_code
UNION ALL
SELECT 'education' AS field, p.county_code
FROM registry_person p
WHERE p.education IS NOT NULL
GROUP BY p.county_code
UNION ALL
SELECT 'student_status' AS field, p.county_code
FROM registry_person p
WHERE p.student_status IS NOT NULL
GROUP BY p.county_code
UNION ALL
SELECT 'health' AS field, p.county_code
FROM registry_person p
WHERE p.health IS NOT NULL
GROUP BY p.county_code
UNION ALL
SELECT 'labour_ability' AS field, p.county_code
FROM registry_person p
WHERE p.labour_ability IS NOT NULL
GROUP BY p.county_code
