-- 上期以前发现的疑点，本期怎样了？消除的是数据改了，还是规则停用、对象不在名单、核查结果、批准豁免？
SELECT
    f.status,
    s.title AS status_title,
    f.resolved_by,
    b.title AS resolved_by_title,
    COUNT(*) AS exception_count
FROM fact_exception AS f
LEFT JOIN label AS s ON s.code_set = 'status' AND s.code = f.status
LEFT JOIN label AS b ON b.code_set = 'resolved_by' AND b.code = f.resolved_by
WHERE f.first_seen <> f.quarter
GROUP BY f.status, s.title, f.resolved_by, b.title
ORDER BY exception_count DESC, f.status, f.resolved_by NULLS FIRST
