/*
name = "registry_home"
title = "建档立卡户所在的村：按多数在册成员登记的村，票数相同的按户登记；户登记和户主常一同录成邻村"
*/
WITH votes AS (
    SELECT
        p.household_no, p.county_code, p.township_code, p.village_code,
        0 - COUNT(*) AS fewer,
        CASE WHEN p.village_code = '' THEN 1 ELSE 0 END AS unknown
    FROM poor_person p
    GROUP BY p.household_no, p.county_code, p.township_code, p.village_code
),
own AS (
    SELECT DISTINCT h.household_no, h.village_code AS stated
    FROM registry_household h
),
compared AS (
    SELECT
        v.household_no, v.county_code, v.township_code, v.village_code, v.fewer, v.unknown,
        CASE WHEN v.village_code = o.stated THEN 0 ELSE 1 END AS elsewhere
    FROM votes v
    JOIN own o ON o.household_no = v.household_no
),
placed AS (
    SELECT
        c.household_no, c.county_code, c.township_code, c.village_code,
        ROW_NUMBER() OVER (PARTITION BY c.household_no ORDER BY c.unknown, c.fewer, c.elsewhere, c.village_code) AS place
    FROM compared c
)
SELECT n.household_no, n.county_code, n.township_code, n.village_code
FROM placed n
WHERE n.place = 1
