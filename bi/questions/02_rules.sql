-- 哪十条规则未消除的疑点最多？本期新增、持续、复现各多少？
SELECT
    f.rule_code,
    r.title,
    r.severity,
    COUNT(*) AS open_count,
    SUM(CASE WHEN f.status = 'new' THEN 1 ELSE 0 END) AS new_count,
    SUM(CASE WHEN f.status = 'persisting' THEN 1 ELSE 0 END) AS persisting_count,
    SUM(CASE WHEN f.status = 'reopened' THEN 1 ELSE 0 END) AS reopened_count
FROM fact_exception AS f
JOIN dim_rule AS r ON r.rule_code = f.rule_code
WHERE f.is_open = 1
GROUP BY f.rule_code, r.title, r.severity
ORDER BY open_count DESC, f.rule_code
LIMIT 10
