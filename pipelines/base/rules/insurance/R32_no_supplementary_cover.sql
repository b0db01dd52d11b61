/*
code = "R32"
title = "困难群众大病补充未覆盖"
why = "大病补充保险面向困难群众，没有标识就享受不到大病补充报销。"
policy = { clause = "二(三)1", quote = "困难群众大病补充医疗保险" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S2"
subject = "person"
sources = ["registry_person", "dibao", "tekun", "insurance"]
optional_sources = ["deceased", "registry_household"]
columns = ["insurance.supplementary"]
due_days = 30
advice = [
    "查参保系统的身份标识和待遇标识是否按最新名单更新",
    "姓名、证号不一致的先更正，再补标识",
]
message = "困难群众已参加基本医保，没有大病补充医疗保险标识。"
explained_by = ["R38"]
related = ["R14", "R30"]

[[example]]
case = "建档立卡、农村低保、特困人员缺标识：列为疑点"
given = """
registry_person @P1
insurance @P1 supplementary=0
dibao @P2 household_no=D2
insurance @P2 supplementary=0
tekun @P3
insurance @P3
"""
expect = ["P1 <- registry_person:1 insurance:1", "P2 <- dibao:1 insurance:2", "P3 <- tekun:1 insurance:3"]

[[example]]
case = "有标识：不列"
given = """
registry_person @P1
insurance @P1 supplementary=1
"""
expect = []

[[example]]
case = "没有参保（由R30列出）、普通居民、城市低保：不列"
given = """
registry_person @P1
insurance @P2 supplementary=0
dibao @P3 household_no=D3 category=城市
insurance @P3 supplementary=0
"""
expect = []

[[example]]
case = "已停保的低保、尚未开始的特困、已死亡：不列"
given = """
dibao @P1 household_no=D1 stop_month=201801
insurance @P1 supplementary=0
tekun @P2 start_month=201810
insurance @P2 supplementary=0
registry_person @P3 person_status=死亡
insurance @P3 supplementary=0
"""
expect = []

[[example]]
case = "参加职工医保的：大病补充只办给居民，不列"
given = """
registry_person @P1
insurance @P1 scheme=职工 supplementary=0
"""
expect = []

[[example]]
case = "不再享受政策的户、本季度才识别、才起保或才供养的、公安登记死亡的：不列；季度前一天识别、上月起保：列为疑点"
given = """
registry_household @P1 #H1 household_no=H1 exit_status=已脱贫(不再享受政策)
registry_person @P1 #H1 household_no=H1
insurance @P1
registry_person @P2 identified_date=2018-09-20
insurance @P2
dibao @P3 household_no=D3 start_month=201807
insurance @P3
tekun @P4 start_month=201807
insurance @P4
dibao @P5 household_no=D5
deceased @P5 death_date=2018-01-05
insurance @P5
registry_person @P6 identified_date=2018-06-30
insurance @P6
dibao @P7 household_no=D7 start_month=201806
insurance @P7
tekun @P8 start_month=201806
insurance @P8
"""
expect = ["P6", "P7", "P8"]
*/
SELECT c.person_id AS subject_id, c.record_id AS evidence, c.evidence_order AS evidence_order
FROM needy_insured c
WHERE c.supplementary = 0
