/*
code = "R31"
title = "大病保险未覆盖"
why = "参加居民医保而没有大病保险标识，大额费用得不到二次报销。"
policy = { clause = "二(三)1", quote = "大病保险、大病补充医疗保险、商业医疗补充保险和医疗救助" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S2"
subject = "person"
sources = ["registry_person", "insurance"]
optional_sources = ["deceased", "registry_household"]
columns = ["insurance.serious_illness"]
due_days = 30
advice = [
    "查参保系统的身份标识和待遇标识是否按最新名单更新",
    "姓名、证号不一致的先更正，再补标识",
]
message = "建档立卡在册人员已参加基本医保，没有大病保险标识。"
related = ["R14", "R30"]

[[example]]
case = "居民医保无大病保险：列为疑点"
given = """
registry_person @P1
insurance @P1 serious_illness=0
"""
expect = ["P1 <- registry_person:1 insurance:1"]

[[example]]
case = "标识未填：列为疑点"
given = """
registry_person @P1
insurance @P1
"""
expect = ["P1"]

[[example]]
case = "有大病保险；职工医保：不列"
given = """
registry_person @P1
insurance @P1 serious_illness=1
registry_person @P2
insurance @P2 scheme=职工
"""
expect = []

[[example]]
case = "没有参保（由R30列出）、上年度参保、已终止：不列"
given = """
registry_person @P1
registry_person @P2
insurance @P2 year=2017
registry_person @P3
insurance @P3 status=终止
"""
expect = []

[[example]]
case = "不是在册人员：不列"
given = """
insurance @P1 serious_illness=0
registry_person @P2 person_status=死亡
insurance @P2 serious_illness=0
"""
expect = []

[[example]]
case = "不再享受政策的户、本季度才识别的：不列"
given = """
registry_household @P1 #H1 household_no=H1 exit_status=已脱贫(不再享受政策)
registry_person @P1 #H1 household_no=H1
insurance @P1
registry_person @P2 identified_date=2018-09-20
insurance @P2
"""
expect = []

[[example]]
case = "转入本地、人员状态没有填写的也是在册人员：列为疑点；转出、减少的：不列"
given = """
registry_person @P1 person_status=转入
insurance @P1 serious_illness=0
registry_person @P2 person_status=NULL
insurance @P2 serious_illness=0
registry_person @P3 person_status=转出
insurance @P3 serious_illness=0
registry_person @P4 person_status=减少
insurance @P4 serious_illness=0
"""
expect = ["P1", "P2"]
*/
SELECT c.person_id AS subject_id, c.record_id AS evidence, c.evidence_order AS evidence_order
FROM poor_insured c
WHERE c.serious = 0
