-- 各责任部门手里有多少未消除的疑点？只数根本原因有多少？挂了两期以上的有多少，最久几期？
SELECT
    owner,
    COUNT(*) AS open_count,
    SUM(CASE WHEN cause_exception_id IS NULL THEN 1 ELSE 0 END) AS cause_count,
    SUM(CASE WHEN quarters_open >= 2 THEN 1 ELSE 0 END) AS long_open_count,
    MAX(quarters_open) AS most_quarters
FROM fact_exception
WHERE is_open = 1
GROUP BY owner
ORDER BY open_count DESC, owner
