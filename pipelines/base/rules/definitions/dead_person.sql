/*
name = "dead_person"
title = "任何一个部门登记已死亡的人员，一人一行：死亡日期取最早的，都没有日期的为空；death_month以百分之一月计（年×1200＋月×100），五年以前的为空"
*/
WITH earliest AS (
    SELECT x.person_id, MIN(x.death_date) AS death_date
    FROM dead_register x
    GROUP BY x.person_id
),
spelled AS (
    SELECT e.person_id, e.death_date, CAST(e.death_date AS VARCHAR) AS day_text
    FROM earliest e
),
in_year AS (
    SELECT s.person_id, s.death_date, s.day_text,
        CASE
            WHEN STARTS_WITH(s.day_text, CAST(q.year AS VARCHAR)) THEN q.year
            WHEN STARTS_WITH(s.day_text, CAST(q.year - 1 AS VARCHAR)) THEN q.year - 1
            WHEN STARTS_WITH(s.day_text, CAST(q.year - 2 AS VARCHAR)) THEN q.year - 2
            WHEN STARTS_WITH(s.day_text, CAST(q.year - 3 AS VARCHAR)) THEN q.year - 3
            WHEN STARTS_WITH(s.day_text, CAST(q.year - 4 AS VARCHAR)) THEN q.year - 4
        END AS death_year
    FROM spelled s
    CROSS JOIN parameter q
)
SELECT y.person_id, y.death_date,
    y.death_year * 1200 + CASE
        WHEN y.day_text LIKE '%-01-%' THEN 100
        WHEN y.day_text LIKE '%-02-%' THEN 200
        WHEN y.day_text LIKE '%-03-%' THEN 300
        WHEN y.day_text LIKE '%-04-%' THEN 400
        WHEN y.day_text LIKE '%-05-%' THEN 500
        WHEN y.day_text LIKE '%-06-%' THEN 600
        WHEN y.day_text LIKE '%-07-%' THEN 700
        WHEN y.day_text LIKE '%-08-%' THEN 800
        WHEN y.day_text LIKE '%-09-%' THEN 900
        WHEN y.day_text LIKE '%-10-%' THEN 1000
        WHEN y.day_text LIKE '%-11-%' THEN 1100
        WHEN y.day_text LIKE '%-12-%' THEN 1200
    END AS death_month
FROM in_year y
