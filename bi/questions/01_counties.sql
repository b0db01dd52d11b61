-- 各县（区）还有多少疑点没有消除？其中最重的（S1）、到下发日已超期的、要先确认匹配的各多少？
SELECT
    f.quarter,
    COALESCE(d.name, '区划未定') AS county,
    COUNT(*) AS open_count,
    SUM(CASE WHEN f.severity = 'S1' THEN 1 ELSE 0 END) AS worst_count,
    SUM(CASE WHEN f.due_date < q.issued_on THEN 1 ELSE 0 END) AS overdue_count,
    SUM(f.in_review) AS in_review_count
FROM fact_exception AS f
JOIN dim_quarter AS q ON q.quarter = f.quarter
LEFT JOIN dim_division AS d ON d.code = f.county_code
WHERE f.is_open = 1
GROUP BY f.quarter, COALESCE(d.name, '区划未定')
ORDER BY f.quarter, open_count DESC, county
