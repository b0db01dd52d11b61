/*
code = "R84b"
title = "清零范围内剩余危房户"
why = "2018年底、2019年底前分区域清零，剩一户都要说明。"
policy = { clause = "二(三)5", quote = "实现全市建档立卡贫困村及浚县、淇县所有村四类重点对象危房清零" }
owner = "住房和城乡建设局"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_person", "housing"]
optional_sources = ["tekun", "relocation", "deceased", "insurance"]
indicator = true
levels = ["city", "county", "township", "village"]
at_most = ["clear_2018", "clear_2019"]
labels = { clear_2018 = "2018年清零范围（三个区、当年拟脱贫户）剩余危房户", clear_2019 = "2019年清零范围（浚县、淇县）剩余危房户" }

[[example]]
case = "三个区和预脱贫户算2018年的；两个县算2019年的；台账和登记都有的只算一户"
given = """
registry_household #H1 dangerous_house=1 county_code=410611 township_code=410611100 village_code=410611100200
housing #H1 danger_level=D poverty_type=建档立卡贫困户 ledger_status=在账 county_code=410611 township_code=410611100 village_code=410611100200
registry_household #H2 dangerous_house=1
registry_household #H3 dangerous_house=1 exit_status=预脱贫
registry_household #H4 dangerous_house=1 county_code=410603 township_code= village_code=
registry_household #H5 dangerous_house=1 county_code=410602 township_code= village_code=
registry_household #H6 dangerous_house=1 county_code=410622 township_code= village_code=
registry_household #H7
"""
expect = ["clear_2018 410600 4", "clear_2018 410611 1", "clear_2018 410611100 1", "clear_2018 410611100200 1", "clear_2018 410603 1", "clear_2018 410602 1", "clear_2018 410621 1", "clear_2018 410621100 1", "clear_2018 410621100200 1", "clear_2019 410600 3", "clear_2019 410621 2", "clear_2019 410621100 2", "clear_2019 410621100200 2", "clear_2019 410622 1"]

[[example]]
case = "已验收、整户集中供养、不再享受政策：不计"
given = """
registry_household #H1 dangerous_house=1
registry_person @P1 #H1
housing @P1 #H9 accept_result=合格
registry_household #H2 dangerous_house=1 exit_status=已脱贫(不再享受政策)
registry_household #H3 dangerous_house=1
registry_person @P3 #H3
tekun @P3 support_mode=集中
"""
expect = []
*/
WITH standing AS (
    SELECT
        s.household_id, MIN(s.county_code) AS county_code, MIN(s.township_code) AS township_code,
        MIN(s.village_code) AS village_code, MAX(s.leaving) AS leaving
    FROM dangerous_standing s
    GROUP BY s.household_id
)
SELECT
    'clear_2018' AS indicator, s.county_code AS county_code, s.township_code AS township_code, s.village_code AS village_code,
    1 AS numerator, q.clear_2018_target AS target
FROM standing s
CROSS JOIN parameter q
WHERE s.county_code IN ('410611', '410603', '410602') OR s.leaving = 1
UNION ALL
SELECT
    'clear_2019' AS indicator, s.county_code AS county_code, s.township_code AS township_code, s.village_code AS village_code,
    1 AS numerator, q.clear_2019_target AS target
FROM standing s
CROSS JOIN parameter q
WHERE s.county_code IN ('410621', '410622')
