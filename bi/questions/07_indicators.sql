-- 全市哪些指标没有达标，差多少？不能计算的缺什么？
SELECT
    rule_code,
    indicator,
    label,
    computable,
    lacking,
    numerator,
    denominator,
    CAST(FLOOR(rate * 10000) AS INT) AS rate_per_10000,
    CAST(FLOOR(target_rate * 10000) AS INT) AS target_per_10000,
    gap_count
FROM fact_indicator
WHERE unit_level = 1 AND (met = 0 OR computable = 0)
ORDER BY computable DESC, rule_code, indicator
