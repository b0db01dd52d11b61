/*
code = "R87"
title = "改造进度日期逻辑"
why = "开工、竣工、验收日期前后颠倒或在将来，台账不可信。"
policy = { clause = "二(三)5", quote = "建立危房台账并实施精准管理" }
owner = "住房和城乡建设局"
severity = "S3"
subject = "household"
sources = ["housing"]
due_days = 60
advice = [
    "对照合同、验收表更正日期",
]
message = "该户危房改造台账的开工、竣工、验收日期前后矛盾、晚于季度末，或与列入年度相差一年以上。"

[[example]]
case = "开工晚于竣工、竣工晚于验收、开工晚于验收：列为疑点"
given = """
housing #H1 archive_no=A1 start_date=2018-05-02 finish_date=2018-05-01
housing #H2 archive_no=A2 finish_date=2018-06-02 accept_date=2018-06-01
housing #H3 archive_no=A3 start_date=2018-06-02 accept_date=2018-06-01
"""
expect = ["H1/A1 <- housing:1", "H2/A2 <- housing:2", "H3/A3 <- housing:3"]

[[example]]
case = "验收、竣工在季度末以后：列为疑点"
given = """
housing #H1 archive_no=A1 accept_date=2018-10-01
housing #H2 archive_no=A2 finish_date=2018-10-01
"""
expect = ["H1/A1", "H2/A2"]

[[example]]
case = "次序正确、同一天、未填：不列"
given = """
housing #H1 start_date=2018-05-01 finish_date=2018-05-01 accept_date=2018-09-30
housing #H2 start_date=2018-05-01
housing #H3
"""
expect = []

[[example]]
case = "列入年度与开工相差一年以上：列为疑点；当年、上年、次年开工：不列"
given = """
housing #H1 archive_no=A1 plan_year=2015 start_date=2018-05-01 finish_date=2018-06-01 accept_date=2018-07-01
housing #H2 archive_no=A2 plan_year=2018 start_date=2018-05-01
housing #H3 archive_no=A3 plan_year=2017 start_date=2018-05-01
housing #H4 archive_no=A4 plan_year=2018 start_date=2017-12-01
housing #H5 archive_no=A5 plan_year=2018 start_date=2016-12-01
"""
expect = ["H1/A1", "H5/A5"]
*/
SELECT o.household_id AS subject_id, o.archive_no AS rule_key, o.record_id AS evidence
FROM housing o
CROSS JOIN parameter q
WHERE o.start_date > o.finish_date OR o.finish_date > o.accept_date OR o.start_date > o.accept_date
    OR o.accept_date > q.quarter_end OR o.finish_date > q.quarter_end
    -- Started neither in the year of the plan nor in the year before or after.
    OR (NOT STARTS_WITH(CAST(o.start_date AS VARCHAR), CAST(o.plan_year AS VARCHAR))
        AND NOT STARTS_WITH(CAST(o.start_date AS VARCHAR), CAST(o.plan_year - 1 AS VARCHAR))
        AND NOT STARTS_WITH(CAST(o.start_date AS VARCHAR), CAST(o.plan_year + 1 AS VARCHAR)))
