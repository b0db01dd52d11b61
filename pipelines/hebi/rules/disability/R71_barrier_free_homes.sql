/*
code = "R71"
title = "无障碍改造年度户数"
why = "当年完成无障碍改造的贫困残疾人家庭户数与年度任务比较。"
policy = { clause = "二(三)3", quote = "2018年—2020年分别完成850户、600户、340户残疾家庭改造任务" }
owner = "残疾人联合会"
severity = "S4"
subject = "unit"
sources = ["disability_service", "registry_person"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { homes = "当年无障碍改造户数" }

[[example]]
case = "一户两人都登记：计一户"
given = """
registry_person @P1 #H1 household_no=H1
disability_service @P1 year=2018 service=无障碍改造
registry_person @P2 #H1 household_no=H1
disability_service @P2 year=2018 service=无障碍改造
registry_person @P3 #H3 household_no=H3
disability_service @P3 year=2018 service=无障碍改造
"""
expect = ["homes 410600 2", "homes 410621 2", "homes 410621100 2", "homes 410621100200 2"]

[[example]]
case = "上年、其他服务：不计"
given = """
registry_person @P1
disability_service @P1 year=2017 service=无障碍改造
registry_person @P2
disability_service @P2 year=2018 service=托养照护
"""
expect = []
*/
WITH done AS (
    SELECT DISTINCT p.household_no, p.county_code, p.township_code, p.village_code
    FROM poor_person p
    JOIN disability_service s ON s.person_id = p.person_id
    JOIN parameter q ON q.year = s.year
    WHERE s.service = '无障碍改造'
)
SELECT 'homes' AS indicator, x.county_code AS county_code, x.township_code AS township_code, x.village_code AS village_code,
    1 AS numerator, q.barrier_free_target AS target
FROM done x
CROSS JOIN parameter q
