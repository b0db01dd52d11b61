/*
code = "R83"
title = "危房改造年度任务进度"
why = "当年验收合格的户数与年度任务比较。"
policy = { clause = "二(三)5", quote = "完成农村危房改造669户" }
owner = "住房和城乡建设局"
severity = "S4"
subject = "unit"
sources = ["housing"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { houses_done = "当年验收合格户数" }

[[example]]
case = "当年计划、验收合格的计数；同户两份档案计一户"
given = """
housing @P1 #H1 archive_no=A1 plan_year=2018 accept_result=合格 accept_date=2018-09-30
housing @P1 #H1 archive_no=A2 plan_year=2018 accept_result=合格 accept_date=2018-09-30
housing @P2 #H2 plan_year=2018 accept_result=合格 accept_date=2018-05-01
"""
expect = ["houses_done 410600 2", "houses_done 410621 2", "houses_done 410621100 2", "houses_done 410621100200 2"]

[[example]]
case = "上年计划、不合格、季度末以后验收：不计"
given = """
housing #H1 plan_year=2017 accept_result=合格 accept_date=2018-05-01
housing #H2 plan_year=2018 accept_result=不合格 accept_date=2018-05-01
housing #H3 plan_year=2018 accept_result=合格 accept_date=2018-10-01
"""
expect = []
*/
WITH done AS (
    SELECT DISTINCT o.household_id, o.county_code, o.township_code, o.village_code
    FROM housing o
    JOIN parameter q ON q.year = o.plan_year
    WHERE o.accept_result = '合格' AND o.accept_date <= q.quarter_end
)
SELECT
    'houses_done' AS indicator, d.county_code AS county_code, d.township_code AS township_code, d.village_code AS village_code,
    1 AS numerator, q.housing_target AS target
FROM done d
CROSS JOIN parameter q
