/*
name = "loan_age"
title = "扶贫小额信贷放款时借款人的年龄（按月算，以十二分之一岁计）；没有出生日期的按现在的年龄"
*/
WITH spelled AS (
    SELECT
        m.record_id, p.age, q.year, q.last_month % 100 AS last_month,
        CAST(m.grant_date AS VARCHAR) AS granted, CAST(p.birth_date AS VARCHAR) AS born
    FROM micro_loan m
    JOIN poor_person p ON p.person_id = m.person_id
    CROSS JOIN parameter q
),
months AS (
    SELECT s.record_id, s.age, s.year, s.last_month,
        CASE
            WHEN STARTS_WITH(s.granted, CAST(s.year AS VARCHAR)) THEN 0
            WHEN STARTS_WITH(s.granted, CAST(s.year - 1 AS VARCHAR)) THEN 1
            WHEN STARTS_WITH(s.granted, CAST(s.year - 2 AS VARCHAR)) THEN 2
            WHEN STARTS_WITH(s.granted, CAST(s.year - 3 AS VARCHAR)) THEN 3
            WHEN STARTS_WITH(s.granted, CAST(s.year - 4 AS VARCHAR)) THEN 4
        END AS years_ago,
        CASE
            WHEN s.granted LIKE '%-01-%' THEN 1 WHEN s.granted LIKE '%-02-%' THEN 2 WHEN s.granted LIKE '%-03-%' THEN 3
            WHEN s.granted LIKE '%-04-%' THEN 4 WHEN s.granted LIKE '%-05-%' THEN 5 WHEN s.granted LIKE '%-06-%' THEN 6
            WHEN s.granted LIKE '%-07-%' THEN 7 WHEN s.granted LIKE '%-08-%' THEN 8 WHEN s.granted LIKE '%-09-%' THEN 9
            WHEN s.granted LIKE '%-10-%' THEN 10 WHEN s.granted LIKE '%-11-%' THEN 11 WHEN s.granted LIKE '%-12-%' THEN 12
        END AS grant_month,
        CASE
            WHEN s.born LIKE '%-01-%' THEN 1 WHEN s.born LIKE '%-02-%' THEN 2 WHEN s.born LIKE '%-03-%' THEN 3
            WHEN s.born LIKE '%-04-%' THEN 4 WHEN s.born LIKE '%-05-%' THEN 5 WHEN s.born LIKE '%-06-%' THEN 6
            WHEN s.born LIKE '%-07-%' THEN 7 WHEN s.born LIKE '%-08-%' THEN 8 WHEN s.born LIKE '%-09-%' THEN 9
            WHEN s.born LIKE '%-10-%' THEN 10 WHEN s.born LIKE '%-11-%' THEN 11 WHEN s.born LIKE '%-12-%' THEN 12
        END AS birth_month
    FROM spelled s
)
SELECT m.record_id,
    COALESCE(
        (m.age + CASE WHEN m.birth_month > m.last_month THEN 1 ELSE 0 END - m.years_ago) * 12 + m.grant_month - m.birth_month,
        m.age * 12
    ) AS months_old
FROM months m
