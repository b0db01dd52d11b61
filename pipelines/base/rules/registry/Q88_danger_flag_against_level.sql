/*
code = "Q88"
title = "危房标志与危房级别矛盾"
why = "是否危房户与危房级别互相矛盾，危房底数不实，改造任务会漏户或多户。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
due_days = 60
advice = [
    "以住建部门鉴定结论为准",
    "更正是否危房户或危房级别",
]
message = "是否危房户登记为“{flag}”，危房级别登记为{danger_level}级。"
related = ["R73", "R75", "R86"]

[[example]]
case = "不是危房而为C级、是危房而为A级：列为疑点"
given = """
registry_household #H1 dangerous_house=0 danger_level=C
registry_household #H2 dangerous_house=1 danger_level=A
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "一致、级别未填、标志未填、不再享受政策：不列"
given = """
registry_household #H1 dangerous_house=1 danger_level=D
registry_household #H2 dangerous_house=0 danger_level=B
registry_household #H3 dangerous_house=1
registry_household #H4 danger_level=D
registry_household #H5 dangerous_house=0 danger_level=D exit_status=已脱贫(不再享受政策)
"""
expect = []
*/
SELECT
    h.household_id AS subject_id, h.record_id AS evidence, h.danger_level AS danger_level,
    CASE WHEN h.dangerous_house = 1 THEN '是' ELSE '否' END AS flag
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
WHERE ((h.dangerous_house = 0 AND h.danger_level IN ('C', 'D')) OR (h.dangerous_house = 1 AND h.danger_level IN ('A', 'B')))
   
