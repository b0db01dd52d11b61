/*
code = "R82"
title = "未公示"
why = "危房改造对象没有公示，或开工后才公示，群众无法监督。"
policy = { clause = "二(三)5", quote = "建立完善危房改造信息公示制度" }
owner = "住房和城乡建设局"
severity = "S3"
subject = "household"
sources = ["housing"]
columns = ["housing.publicity_date"]
due_days = 60
advice = [
    "补充公示照片和记录",
    "未公示的补办并接受群众监督",
]
message = "该户危房改造{lacking}。"

[[example]]
case = "没有公示、开工后才公示：列为疑点"
given = """
housing #H1 archive_no=A1 plan_year=2018
housing #H2 archive_no=A2 plan_year=2018 publicity_date=2018-05-02 start_date=2018-05-01
"""
expect = ["H1/A1 <- housing:1", "H2/A2 <- housing:2"]

[[example]]
case = "先公示后开工、当天公示、尚未开工：不列"
given = """
housing #H1 plan_year=2018 publicity_date=2018-04-01 start_date=2018-05-01
housing #H2 plan_year=2018 publicity_date=2018-05-01 start_date=2018-05-01
housing #H3 plan_year=2018 publicity_date=2018-04-01
"""
expect = []

[[example]]
case = "尚未列入计划：不列"
given = """
housing #H1
"""
expect = []
*/
SELECT
    o.household_id AS subject_id, o.archive_no AS rule_key, o.record_id AS evidence,
    CASE WHEN o.publicity_date IS NULL THEN '没有公示日期' ELSE '公示晚于开工' END AS lacking
FROM housing o
WHERE o.plan_year IS NOT NULL AND (o.publicity_date IS NULL OR o.publicity_date > o.start_date)
