/*
code = "R06"
title = "“是否享受低保”标识不符"
why = "建档立卡标识与低保名单不一致,会使兜底人数、政策落实统计失真。"
policy = { clause = "二(一)2", quote = "每季度比对一次农村低保对象和建档立卡贫困人口数据" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person", "dibao"]
due_days = 60
advice = [
    "核对导出月份与低保名单月份,相差一个季度内的变动可能是时间差",
    "据实更新建档立卡标识,低保名单有误的由民政部门更正",
]
message = "该人员{difference}。"
related = ["R14"]

[[example]]
case = "标识是、名单无:列为疑点"
given = """
registry_person @P1 dibao_flag=1
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "标识否、名单有:列为疑点"
given = """
registry_person @P1 dibao_flag=0
dibao @P1 household_no=D1
"""
expect = ["P1"]

[[example]]
case = "两边一致:不列"
given = """
registry_person @P1 dibao_flag=1
dibao @P1 household_no=D1
registry_person @P2 dibao_flag=0
"""
expect = []

[[example]]
case = "标识未填:不列"
given = """
registry_person @P1
registry_person @P2
dibao @P2 household_no=D2
"""
expect = []

[[example]]
case = "已停保而标识是:列为疑点;停保而标识否:不列"
given = """
registry_person @P1 dibao_flag=1
dibao @P1 household_no=D1 stop_month=201809
registry_person @P2 dibao_flag=0
dibao @P2 household_no=D2 stop_month=201809
"""
expect = ["P1"]
*/
WITH listed AS (
    SELECT DISTINCT d.person_id
    FROM dibao_active d
)
SELECT
    p.person_id AS subject_id,
    p.record_id AS evidence,
    CASE WHEN p.dibao_flag = 1 THEN '标识为享受低保,低保在保名单中没有本人' ELSE '标识为未享受低保,本人在低保在保名单中' END AS difference
FROM poor_person p
LEFT JOIN listed d ON d.person_id = p.person_id
WHERE (p.dibao_flag = 1 AND d.person_id IS NULL) OR (p.dibao_flag = 0 AND d.person_id IS NOT NULL)
