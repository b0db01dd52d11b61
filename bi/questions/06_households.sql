-- 一户有几条未消除的疑点？各有多少户？只数根本原因；不属于任何一户的不算。
WITH of_household AS (
    SELECT household_key, COUNT(*) AS exceptions
    FROM fact_exception
    WHERE is_open = 1 AND household_key IS NOT NULL AND cause_exception_id IS NULL
    GROUP BY household_key
)
SELECT
    CASE WHEN exceptions >= 5 THEN 5 ELSE exceptions END AS exceptions_at_least,
    COUNT(*) AS households,
    SUM(exceptions) AS exception_count
FROM of_household
GROUP BY CASE WHEN exceptions >= 5 THEN 5 ELSE exceptions END
ORDER BY exceptions_at_least
