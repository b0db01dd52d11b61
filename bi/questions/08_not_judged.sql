-- 哪些规则本期没有运行，或在某个县（区）有对象没有判断？没有判断不等于没有疑点。
SELECT
    r.rule_code,
    r.title,
    'not_run' AS what,
    '' AS county_code,
    r.not_run_reason AS reason,
    CAST(NULL AS BIGINT) AS undecided
FROM dim_rule AS r
WHERE r.ran = 0
UNION ALL
SELECT
    u.rule_code,
    r.title,
    'undecided' AS what,
    u.county_code,
    CAST(NULL AS STRING) AS reason,
    COUNT(*) AS undecided
FROM fact_undecided AS u
JOIN dim_rule AS r ON r.rule_code = u.rule_code
GROUP BY u.rule_code, r.title, u.county_code
ORDER BY what, rule_code, county_code
