/*
code = "R23"
title = "失能半失能特困未集中供养"
why = "失能、半失能特困人员优先集中供养；仍分散供养的应有本人意愿和照料安排。"
policy = { clause = "二(一)2", quote = "对失能或半失能的农村特困人口优先提供集中供养服务" }
owner = "民政局"
severity = "S3"
subject = "person"
sources = ["tekun"]
optional_sources = ["deceased", "insurance", "registry_person"]
due_days = 60
advice = [
    "当面询问本人意愿，愿意集中的安排入住",
    "自愿分散的签字留存，并落实照料人和照料协议",
]
message = "该特困人员自理能力为{self_care}，仍分散供养。"

[[example]]
case = "全护理、半护理分散供养：列为疑点"
given = """
tekun @P1 self_care=全护理
tekun @P2 self_care=半护理
"""
expect = ["P1 <- tekun:1", "P2 <- tekun:2"]

[[example]]
case = "能自理、已集中供养：不列"
given = """
tekun @P1 self_care=全自理
tekun @P2 self_care=全护理 support_mode=集中
"""
expect = []

[[example]]
case = "尚未开始供养：不列"
given = """
tekun @P1 self_care=全护理 start_month=201810
"""
expect = []

[[example]]
case = "本人书面选择分散：不列；愿意集中：列为疑点"
given = """
tekun @P1 self_care=全护理 wish=自愿分散
tekun @P2 self_care=全护理 wish=愿意集中
"""
expect = ["P2"]

[[example]]
case = "本季度才开始供养、已登记死亡：不列；上月（季度前）开始：列为疑点"
given = """
tekun @P1 self_care=全护理 start_month=201807
tekun @P2 self_care=全护理
deceased @P2 death_date=2018-05-01
tekun @P3 self_care=全护理 start_month=201806
tekun @P4 self_care=全护理 start_month=NULL
"""
expect = ["P3", "P4"]
*/
SELECT t.person_id AS subject_id, t.record_id AS evidence, t.self_care AS self_care
FROM tekun_due t
WHERE t.support_mode = '分散' AND t.self_care IN ('半护理', '全护理')
    AND (t.wish IS NULL OR t.wish NOT LIKE '%分散%')
