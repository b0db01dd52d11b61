/*
code = "R24"
title = "分散供养未签委托照料"
why = "分散供养特困人员没有照料人或委托照料协议，日常照料无人负责。"
policy = { clause = "二(一)2", quote = "完善分散供养特困人员委托照料制度" }
owner = "民政局"
severity = "S2"
subject = "person"
sources = ["tekun"]
optional_sources = ["deceased", "insurance", "registry_person"]
columns = ["tekun.support_mode", "tekun.agreement"]
due_days = 30
advice = [
    "落实照料人，签订委托照料协议",
    "照料人应有能力且不是特困人员本人",
]
message = "该特困人员分散供养，{lacking}。"

[[example]]
case = "没有协议、没有照料人：列为疑点"
given = """
tekun @P1 agreement=0 carer_name=甲
tekun @P2 agreement=1
tekun @P3 carer_name=甲
"""
expect = ["P1 <- tekun:1", "P2 <- tekun:2", "P3 <- tekun:3"]

[[example]]
case = "协议和照料人齐全、集中供养：不列"
given = """
tekun @P1 agreement=1 carer_name=甲
tekun @P2 agreement=0 support_mode=集中
"""
expect = []

[[example]]
case = "本季度才开始供养、已登记死亡：不列"
given = """
tekun @P1 agreement=0 start_month=201807
tekun @P2 agreement=0
deceased @P2 death_date=2018-05-01
"""
expect = []
*/
SELECT
    t.person_id AS subject_id, t.record_id AS evidence,
    CASE WHEN t.carer_name IS NULL THEN '没有登记照料人' ELSE '没有签订委托照料协议' END AS lacking
FROM tekun_due t
WHERE t.support_mode = '分散' AND (t.agreement IS NULL OR t.agreement = 0 OR t.carer_name IS NULL)
