/*
code = "R89"
title = "搬迁户无人就业无增收项目"
why = "搬迁户中有能力有愿望的劳动力没有一人就业，也没有增收项目，难以稳得住。"
policy = { clause = "二(三)4", quote = "实现有就业能力和愿望的搬迁贫困户每户至少有1人就业,或者有1—2项增收项目" }
owner = "人力资源和社会保障局"
severity = "S1"
subject = "household"
sources = ["relocation", "labour", "industry_support"]
absent_from = [{ list = "industry_support" }]
due_days = 30
advice = [
    "推荐就业或安排公益性岗位",
    "落实一至两项增收项目",
]
message = "该户已搬迁入住，有劳动力愿意就业，没有人就业，也没有增收项目。"
related = ["R14"]

[[example]]
case = "有愿望、无人就业、没有项目：列为疑点"
given = """
relocation @P1 #H1 archive_no=A1 move_in_date=2018-01-01
labour @P1 job_wish=1 employment=未就业
relocation @P2 #H1 archive_no=A1 move_in_date=2018-01-01
"""
expect = ["H1 <- relocation:1"]

[[example]]
case = "有人就业、有项目、没有愿望、没有劳动力、尚未入住：不列"
given = """
relocation @P1 #H1 archive_no=A1 move_in_date=2018-01-01
labour @P1 job_wish=1 employment=未就业
relocation @P2 #H1 archive_no=A1 move_in_date=2018-01-01
labour @P2 employment=自主创业
relocation @P3 #H3 archive_no=A3 move_in_date=2018-01-01
labour @P3 job_wish=1 employment=未就业
relocation @P9 #H3 archive_no=A3 move_in_date=2018-01-01
industry_support @P9 year=2018
relocation @P4 #H4 archive_no=A4 move_in_date=2018-01-01
labour @P4 job_wish=0 employment=未就业
relocation @P5 #H5 archive_no=A5 move_in_date=2018-01-01
labour @P5 job_wish=1 employment=未就业 ability=无劳动力
relocation @P6 #H6 archive_no=A6
labour @P6 job_wish=1 employment=未就业
relocation @P7 #H7 archive_no=A7 move_in_date=2018-10-01
labour @P7 job_wish=1 employment=未就业
"""
expect = []

[[example]]
case = "项目在上年：列为疑点"
given = """
relocation @P1 #H1 archive_no=A1 move_in_date=2018-01-01
labour @P1 job_wish=1 employment=未就业
industry_support @P1 year=2017
"""
expect = ["H1"]

[[example]]
case = "上半年：上年的项目还算，更早的、下年的不算"
given = """
parameter service_from_year=2017
relocation @P1 #H1 archive_no=A1 move_in_date=2018-01-01
labour @P1 job_wish=1 employment=未就业
industry_support @P1 year=2017
relocation @P2 #H2 archive_no=A2 move_in_date=2018-01-01
labour @P2 job_wish=1 employment=未就业
industry_support @P2 year=2016
relocation @P3 #H3 archive_no=A3 move_in_date=2018-01-01
labour @P3 job_wish=1 employment=未就业
industry_support @P3 year=2019
"""
expect = ["H2", "H3"]
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
)
SELECT r.household_id AS subject_id, r.record_id AS evidence
FROM relocation r
JOIN labour l ON l.person_id = r.person_id
CROSS JOIN parameter q
LEFT JOIN earning e ON e.archive_no = r.archive_no
WHERE r.move_in_date <= q.quarter_end AND l.job_wish = 1 AND l.ability IN ('普通劳动力', '技能劳动力')
    AND e.archive_no IS NULL
