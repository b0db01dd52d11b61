/*
code = "R44"
title = "门诊病种资格未落实"
why = "因重特大病种住过院，却没有门诊病种备案，门诊费用报不了高比例。"
policy = { clause = "二(三)1", quote = "贫困人口重特大疾病医疗保障门诊病种增加到27种" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S3"
subject = "person"
sources = ["registry_person", "settlement", "chronic_approval"]
optional_sources = ["registry_household"]
absent_from = [{ list = "chronic_approval" }]
due_days = 60
advice = [
    "帮助办理门诊病种备案",
    "本人不需要的登记说明",
]
message = "因{disease}住院，没有门诊慢特病备案。"
related = ["R14"]

[[example]]
case = "住院病种没有备案、备案终止：列为疑点"
given = """
registry_person @P1
settlement @P1 kind=住院 listed_disease=终末期肾病
registry_person @P2
settlement @P2 kind=住院 listed_disease=血友病
chronic_approval @P2 status=终止
"""
expect = ["P1/终末期肾病 <- settlement:1 registry_person:1", "P2/血友病 <- settlement:2 registry_person:2"]

[[example]]
case = "已备案、不是27种、门诊、不在册：不列"
given = """
registry_person @P1
settlement @P1 kind=住院 listed_disease=终末期肾病
chronic_approval @P1
registry_person @P2
settlement @P2 kind=住院
settlement @P2 kind=普通门诊 listed_disease=血友病
settlement @P3 kind=住院 listed_disease=血友病
"""
expect = []

[[example]]
case = "出院不满30天、备案没有写明状态：不列；正好30天：列为疑点"
given = """
registry_person @P1
settlement @P1 kind=住院 listed_disease=胃癌 discharge_date=2018-09-01
registry_person @P2
settlement @P2 kind=住院 listed_disease=胃癌 discharge_date=2018-08-31
registry_person @P3
settlement @P3 kind=住院 listed_disease=胃癌
chronic_approval @P3 status=NULL
"""
expect = ["P2/胃癌"]

[[example]]
case = "不再享受政策的户：不列"
given = """
registry_household #Z1 household_no=Z1 exit_status=已脱贫(不再享受政策)
registry_person @P1 household_no=Z1
settlement @P1 kind=住院 listed_disease=终末期肾病
registry_household #Z2 household_no=Z2 exit_status=已脱贫(不再享受政策)
registry_person @P2 household_no=Z2
settlement @P2 kind=住院 listed_disease=血友病
chronic_approval @P2 status=终止
"""
expect = []
*/
WITH approved AS (
    SELECT DISTINCT c.person_id
    FROM chronic_approval c
    WHERE c.status IS NULL OR c.status = '有效'
)
SELECT
    p.person_id AS subject_id, s.listed_disease AS rule_key, s.record_id || ';' || p.record_id AS evidence,
    s.listed_disease AS disease
FROM settlement s
JOIN poor_person p ON p.person_id = s.person_id
ANTI JOIN released_household z ON z.household_no = p.household_no
LEFT JOIN approved a ON a.person_id = s.person_id
CROSS JOIN parameter q
WHERE (s.discharge_date IS NULL OR s.discharge_date <= q.treatment_due_date) AND s.kind = '住院' AND s.listed_disease IS NOT NULL AND a.person_id IS NULL
