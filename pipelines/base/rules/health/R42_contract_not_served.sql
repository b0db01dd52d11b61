/*
code = "R42"
title = "签约未履约"
why = "签了约就要随访；高血压、糖尿病、结核病、严重精神障碍患者每年至少四次。"
policy = { clause = "二(三)1", quote = "慢病签约服务覆盖所有贫困人口" }
owner = "卫生健康委员会"
severity = "S3"
subject = "person"
sources = ["registry_person", "family_doctor"]
optional_sources = ["deceased", "insurance", "registry_household"]
due_days = 60
advice = [
    "核对随访记录，补做随访",
    "本人外出的登记说明",
]
message = "{disease}签约后本年随访{visits}次，少于应有次数。"
related = ["R14"]

[[example]]
case = "随访不足：列为疑点"
given = """
registry_person @P1
family_doctor @P1 year=2018 disease=高血压 visits=2 contract_date=2017-12-31
registry_person @P2
family_doctor @P2 year=2018 disease=2型糖尿病 visits=0
registry_person @P3
family_doctor @P3 year=2018 disease=肺结核 visits=1
registry_person @P4
family_doctor @P4 year=2018 disease=严重精神障碍 visits=1
"""
expect = ["P1 <- family_doctor:1 registry_person:1", "P2 <- family_doctor:2 registry_person:2", "P3 <- family_doctor:3 registry_person:3", "P4 <- family_doctor:4 registry_person:4"]

[[example]]
case = "次数足够、其他病种、年内新签、上年签约、不在册：不列"
given = """
registry_person @P1
family_doctor @P1 year=2018 disease=高血压 visits=3
registry_person @P2
family_doctor @P2 year=2018 disease=关节炎 visits=0
registry_person @P3
family_doctor @P3 year=2018 disease=高血压 visits=0 contract_date=2018-07-01
registry_person @P4
family_doctor @P4 year=2017 disease=高血压 visits=0
family_doctor @P5 year=2018 disease=高血压 visits=0
"""
expect = []

[[example]]
case = "本季度才识别的：不列"
given = """
registry_person @P1 identified_date=2018-07-01
family_doctor @P1 year=2018 disease=高血压 visits=2 contract_date=2017-12-31
registry_person @P2 identified_date=2018-07-01
family_doctor @P2 year=2018 disease=2型糖尿病 visits=0
registry_person @P3 identified_date=2018-07-01
family_doctor @P3 year=2018 disease=肺结核 visits=1
registry_person @P4 identified_date=2018-07-01
family_doctor @P4 year=2018 disease=严重精神障碍 visits=1
"""
expect = []
*/
SELECT
    p.person_id AS subject_id, f.record_id || ';' || p.record_id AS evidence, f.disease AS disease, f.visits AS visits
FROM family_doctor f
JOIN poor_person p ON p.person_id = f.person_id
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN parameter q ON q.year = f.year
WHERE f.visits < q.visits_due
    AND (f.contract_date IS NULL OR f.contract_date < q.quarter_start)
    AND (f.disease LIKE '%高血压%' OR f.disease LIKE '%糖尿病%' OR f.disease LIKE '%结核%' OR f.disease LIKE '%精神%')
