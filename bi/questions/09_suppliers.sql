-- 各部门的名单报来多少行、退回多少行（每万行）？最常见的原因是什么？没有报来的也列出。
WITH reasons AS (
    SELECT
        source,
        reason_code,
        COUNT(*) AS marked,
        ROW_NUMBER() OVER (PARTITION BY source ORDER BY COUNT(*) DESC, reason_code) AS place
    FROM fact_reject
    GROUP BY source, reason_code
)
SELECT
    s.owner,
    s.title,
    s.present,
    s.rows_read,
    s.rows_rejected,
    CASE WHEN s.rows_read > 0 THEN CAST(FLOOR(10000.0 * s.rows_rejected / s.rows_read) AS INT) END AS rejected_per_10000,
    r.reason_code AS most_frequent_reason,
    r.marked AS cells_or_rows_marked
FROM dim_source AS s
LEFT JOIN reasons AS r ON r.source = s.source AND r.place = 1
ORDER BY s.present, s.rows_rejected DESC, s.source
