-- 哪些乡镇（街道）每百名建档立卡在册人员的未消除疑点最多？在册不足30人的不列。
WITH registered AS (
    SELECT p.township_code, COUNT(*) AS persons
    FROM dim_person AS p
    SEMI JOIN fact_record AS r ON r.person_key = p.person_key AND r.source = 'registry_person'
    WHERE p.township_code <> ''
    GROUP BY p.township_code
),
open_exceptions AS (
    SELECT township_code, COUNT(*) AS open_count
    FROM fact_exception
    WHERE is_open = 1 AND township_code <> ''
    GROUP BY township_code
)
SELECT
    d.county_name,
    d.township_name,
    p.persons,
    COALESCE(e.open_count, 0) AS open_count,
    CAST(FLOOR(100.0 * COALESCE(e.open_count, 0) / p.persons) AS INT) AS per_hundred
FROM registered AS p
JOIN dim_division AS d ON d.code = p.township_code
LEFT JOIN open_exceptions AS e ON e.township_code = p.township_code
WHERE p.persons >= 30
ORDER BY per_hundred DESC, open_count DESC, p.township_code
