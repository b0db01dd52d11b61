/*
code = "R33"
title = "商业补充保险未覆盖"
why = "商业医疗补充保险由政府为贫困人口投保，名单漏人就无法理赔。"
policy = { clause = "二(三)1", quote = "贫困人口商业医疗补充保险" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S2"
subject = "person"
sources = ["registry_person", "insurance"]
optional_sources = ["deceased", "registry_household"]
columns = ["insurance.commercial"]
due_days = 30
advice = [
    "查参保系统的身份标识和待遇标识是否按最新名单更新",
    "姓名、证号不一致的先更正，再补标识",
]
message = "建档立卡在册人员已参加基本医保，不在商业医疗补充保险名单。"
explained_by = ["R38"]
related = ["R14", "R30"]

[[example]]
case = "不在商业补充名单：列为疑点"
given = """
registry_person @P1
insurance @P1 commercial=0
"""
expect = ["P1 <- registry_person:1 insurance:1"]

[[example]]
case = "在名单：不列"
given = """
registry_person @P1
insurance @P1 commercial=1
"""
expect = []

[[example]]
case = "没有参保、不是在册人员：不列"
given = """
registry_person @P1
insurance @P2 commercial=0
registry_person @P3 person_status=减少
insurance @P3 commercial=0
"""
expect = []

[[example]]
case = "职工医保、不再享受政策的户、9月才识别（名单下月报保险公司）的、已死亡的：不列；脱贫标志未填：列为疑点"
given = """
registry_person @P1
insurance @P1 scheme=职工
registry_household @P2 #H2 household_no=H2 exit_status=已脱贫(不再享受政策)
registry_person @P2 #H2 household_no=H2
insurance @P2
registry_person @P3 identified_date=2018-09-20
insurance @P3
registry_person @P4
deceased @P4 death_date=2018-01-05
insurance @P4
registry_household @P5 #H5 household_no=H5 exit_status=NULL
registry_person @P5 #H5 household_no=H5
insurance @P5
"""
expect = ["P5"]
*/
SELECT c.person_id AS subject_id, c.record_id AS evidence, c.evidence_order AS evidence_order
FROM poor_insured c
WHERE c.commercial = 0
