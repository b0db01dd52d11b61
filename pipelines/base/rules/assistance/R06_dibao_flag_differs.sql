/*
code = "R06"
title = "“是否享受低保”标识不符"
why = "建档立卡标识与低保名单不一致，会使兜底人数、政策落实统计失真。"
policy = { clause = "二(一)2", quote = "每季度比对一次农村低保对象和建档立卡贫困人口数据" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person", "dibao"]
absent_from = [{ list = "dibao", rows = "dibao_active" }]
due_days = 60
advice = [
    "核对低保证和发放记录（本季度内起保、停保的已排除）",
    "据实更新建档立卡标识，低保名单有误的由民政部门更正",
]
message = "该人员{difference}。"
related = ["R14"]

[[example]]
case = "标识是、名单无：列为疑点"
given = """
registry_person @P1 dibao_flag=1
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "标识否、名单有：列为疑点"
given = """
registry_person @P1 dibao_flag=0
dibao @P1 household_no=D1
"""
expect = ["P1"]

[[example]]
case = "两边一致：不列"
given = """
registry_person @P1 dibao_flag=1
dibao @P1 household_no=D1
registry_person @P2 dibao_flag=0
"""
expect = []

[[example]]
case = "标识未填：不列"
given = """
registry_person @P1
registry_person @P2
dibao @P2 household_no=D2
"""
expect = []

[[example]]
case = "已停保而标识是：列为疑点；停保而标识否：不列"
given = """
registry_person @P1 dibao_flag=1
dibao @P1 household_no=D1 stop_month=201806
registry_person @P2 dibao_flag=0
dibao @P2 household_no=D2 stop_month=201806
"""
expect = ["P1"]

[[example]]
case = "本季度内起保、停保的（导出月份有先后）：不列"
given = """
registry_person @P1 dibao_flag=0
dibao @P1 household_no=D1 start_month=201807
registry_person @P2 dibao_flag=1
dibao @P2 household_no=D2 stop_month=201807
"""
expect = []
*/
WITH listed AS (
    SELECT DISTINCT d.person_id
    FROM dibao_active d
),
-- Cases that began or ended within the quarter: the registry may have been exported before.
moving AS (
    SELECT DISTINCT d.person_id
    FROM dibao d
    CROSS JOIN parameter q
    WHERE d.start_month >= q.first_month OR d.stop_month >= q.first_month
)
SELECT
    p.person_id AS subject_id,
    p.record_id AS evidence,
    CASE WHEN p.dibao_flag = 1 THEN '标识为享受低保，低保在保名单中没有本人' ELSE '标识为未享受低保，本人在低保在保名单中' END AS difference
FROM poor_person p
LEFT JOIN listed d ON d.person_id = p.person_id
LEFT JOIN moving m ON m.person_id = p.person_id
WHERE m.person_id IS NULL AND ((p.dibao_flag = 1 AND d.person_id IS NULL) OR (p.dibao_flag = 0 AND d.person_id IS NOT NULL))
