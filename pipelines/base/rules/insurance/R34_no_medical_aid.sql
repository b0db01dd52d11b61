/*
code = "R34"
title = "医疗救助身份未标识"
why = "困难群众没有医疗救助标识，出院时不能一站式享受救助。"
policy = { clause = "二(三)1", quote = "民政医疗救助" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S2"
subject = "person"
sources = ["registry_person", "dibao", "tekun", "insurance"]
optional_sources = ["deceased", "registry_household"]
columns = ["insurance.aid_target"]
due_days = 30
advice = [
    "查参保系统的身份标识和待遇标识是否按最新名单更新",
    "姓名、证号不一致的先更正，再补标识",
]
message = "困难群众已参加基本医保，没有医疗救助对象标识。"
explained_by = ["R38"]
related = ["R14", "R30"]

[[example]]
case = "建档立卡、农村低保、特困人员缺标识：列为疑点"
given = """
registry_person @P1
insurance @P1 aid_target=0
dibao @P2 household_no=D2
insurance @P2 aid_target=0
tekun @P3
insurance @P3
"""
expect = ["P1 <- registry_person:1 insurance:1", "P2 <- dibao:1 insurance:2", "P3 <- tekun:1 insurance:3"]

[[example]]
case = "有标识：不列"
given = """
registry_person @P1
insurance @P1 aid_target=1
"""
expect = []

[[example]]
case = "没有参保（由R30列出）、普通居民、城市低保：不列"
given = """
registry_person @P1
insurance @P2 aid_target=0
dibao @P3 household_no=D3 category=城市
insurance @P3 aid_target=0
"""
expect = []

[[example]]
case = "已停保的低保、尚未开始的特困、已死亡：不列"
given = """
dibao @P1 household_no=D1 stop_month=201801
insurance @P1 aid_target=0
tekun @P2 start_month=201810
insurance @P2 aid_target=0
registry_person @P3 person_status=死亡
insurance @P3 aid_target=0
"""
expect = []

[[example]]
case = "职工医保、不再享受政策的户、本季度才识别的：不列；名单没有起保、起始年月的：列为疑点"
given = """
registry_person @P1
insurance @P1 scheme=职工
registry_household @P2 #H2 household_no=H2 exit_status=已脱贫(不再享受政策)
registry_person @P2 #H2 household_no=H2
insurance @P2
registry_person @P3 identified_date=2018-07-01
insurance @P3
dibao @P4 household_no=D4 start_month=NULL
insurance @P4
tekun @P5 start_month=NULL
insurance @P5
"""
expect = ["P4", "P5"]
*/
SELECT c.person_id AS subject_id, c.record_id AS evidence, c.evidence_order AS evidence_order
FROM needy_insured c
WHERE c.aid_target = 0
