/*
code = "R89b"
title = "搬迁户就业或增收项目覆盖率"
why = "有就业能力和愿望的搬迁户每户至少1人就业或有1—2项增收项目。"
policy = { clause = "二(三)4", quote = "实现有就业能力和愿望的搬迁贫困户每户至少有1人就业,或者有1—2项增收项目" }
owner = "人力资源和社会保障局"
severity = "S4"
subject = "unit"
sources = ["relocation", "labour", "industry_support"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { earning = "有就业能力和愿望的搬迁户中有人就业或有增收项目的比例" }

[[example]]
case = "任一成员就业、有项目即算；一户只计一次"
given = """
relocation @P1 archive_no=A move_in_date=2018-01-01
relocation @P2 archive_no=A move_in_date=2018-01-01
labour @P1 job_wish=1 employment=未就业
labour @P2 job_wish=1 employment=转移就业
relocation @P3 archive_no=B move_in_date=2018-01-01
labour @P3 job_wish=1 employment=未就业
industry_support @P3 year=2018
relocation @P4 archive_no=C move_in_date=2018-09-30
labour @P4 job_wish=1 employment=未就业 ability=技能劳动力
"""
expect = ["earning 410600 2/3", "earning 410621 2/3", "earning 410621100 2/3", "earning 410621100200 2/3"]

[[example]]
case = "没有愿望、没有能力、还没入住的不计；去年的项目不算"
given = """
relocation @P1 archive_no=A move_in_date=2018-01-01
labour @P1 job_wish=0 employment=未就业
relocation @P2 archive_no=B move_in_date=2018-01-01
labour @P2 job_wish=1 employment=未就业 ability=无劳动力
relocation @P3 archive_no=C move_in_date=2018-10-01
labour @P3 job_wish=1 employment=未就业
relocation @P4 archive_no=D move_in_date=2018-01-01
labour @P4 job_wish=1 employment=未就业
industry_support @P4 year=2017
"""
expect = ["earning 410600 0/1", "earning 410621 0/1", "earning 410621100 0/1", "earning 410621100200 0/1"]

[[example]]
case = "次年的项目不算"
given = """
relocation @P1 #H1 archive_no=A1 move_in_date=2018-01-01
labour @P1 job_wish=1 employment=未就业
industry_support @P1 year=2019
"""
expect = ["earning 410600 0/1", "earning 410621 0/1", "earning 410621100 0/1", "earning 410621100200 0/1"]
*/
WITH earning AS (
    SELECT r.archive_no
    FROM relocation r
    JOIN working w ON w.person_id = r.person_id
    UNION
    SELECT r.archive_no
    FROM relocation r
    JOIN industry_support s ON s.person_id = r.person_id
    CROSS JOIN parameter q
    WHERE s.year >= q.service_from_year AND s.year <= q.year
),
willing AS (
    SELECT DISTINCT r.archive_no, r.county_code, r.township_code, r.village_code
    FROM relocation r
    JOIN labour l ON l.person_id = r.person_id
    CROSS JOIN parameter q
    WHERE r.move_in_date <= q.quarter_end AND l.job_wish = 1 AND l.ability IN ('普通劳动力', '技能劳动力')
)
SELECT
    'earning' AS indicator, w.county_code AS county_code, w.township_code AS township_code, w.village_code AS village_code,
    CASE WHEN e.archive_no IS NULL THEN 0 ELSE 1 END AS numerator, 1 AS denominator, q.full_cover_permyriad AS target
FROM willing w
CROSS JOIN parameter q
LEFT JOIN earning e ON e.archive_no = w.archive_no
