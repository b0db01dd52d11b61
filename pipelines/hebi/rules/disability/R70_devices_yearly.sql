/*
code = "R70"
title = "辅具适配年度人数"
why = "当年得到辅助器具的贫困残疾人数与年度任务比较。"
policy = { clause = "二(三)3", quote = "2018—2020年分别帮扶1000名、900名、900名残疾人" }
owner = "残疾人联合会"
severity = "S4"
subject = "unit"
sources = ["disability_service", "registry_person"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { devices = "当年辅具适配人数" }

[[example]]
case = "本年得到辅具的贫困残疾人，一人计一次"
given = """
registry_person @P1
disability_service @P1 year=2018 service=辅具适配
disability_service @P1 year=2018 service=辅具适配
registry_person @P2
disability_service @P2 year=2018 service=辅具适配
"""
expect = ["devices 410600 2", "devices 410621 2", "devices 410621100 2", "devices 410621100200 2"]

[[example]]
case = "上年、其他服务、不在册：不计"
given = """
registry_person @P1
disability_service @P1 year=2017 service=辅具适配
registry_person @P2
disability_service @P2 year=2018 service=康复救助
disability_service @P3 year=2018 service=辅具适配
"""
expect = []
*/
WITH served AS (
    SELECT DISTINCT p.person_id, p.county_code, p.township_code, p.village_code
    FROM poor_person p
    JOIN disability_service s ON s.person_id = p.person_id
    JOIN parameter q ON q.year = s.year
    WHERE s.service = '辅具适配'
)
SELECT 'devices' AS indicator, x.county_code AS county_code, x.township_code AS township_code, x.village_code AS village_code,
    1 AS numerator, q.device_target AS target
FROM served x
CROSS JOIN parameter q
