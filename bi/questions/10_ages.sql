-- 各年龄段、性别的人有多少人至少有一条未消除的疑点？共多少条？年龄不清楚的单列。
SELECT
    p.age_group,
    p.sex,
    COUNT(DISTINCT f.person_key) AS persons,
    COUNT(*) AS open_count
FROM fact_exception AS f
JOIN dim_person AS p ON p.person_key = f.person_key
WHERE f.is_open = 1
GROUP BY p.age_group, p.sex
ORDER BY p.age_group, p.sex
