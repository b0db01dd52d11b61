/*
code = "M50"
title = "监测系统人员证件号码空缺或有误"
why = "证件号码不对，就同医保、低保、学籍等名单都对不上，该查的查不到。"
policy = { clause = "一(八)", quote = "监测信息逐月更新，联系方式、务工、劳动能力等如实填写" }
owner = "农业农村局"
severity = "S3"
subject = "person"
sources = ["registry_person"]
optional_sources = ["deceased"]
due_days = 30
advice = [
    "查身份证或户口簿原件，更正证件号码",
]
message = "证件号码{what}。"

[[example]]
case = "空缺、位数不对、校验不通过、日期不存在、被截断、遮盖：列为疑点"
given = """
registry_person @P1 id_class=EMPTY
registry_person @P2 id_class=OTHER
registry_person @P3 id_class=BADCHECK18
registry_person @P4 id_class=BADDATE18
registry_person @P5 id_class=TRUNC15
registry_person @P6 id_class=MASK
"""
expect = [
    "P1 <- registry_person:1", "P2 <- registry_person:2", "P3 <- registry_person:3", "P4 <- registry_person:4", "P5 <- registry_person:5",
    "P6 <- registry_person:6",
]

[[example]]
case = "有效号码、残疾人证号、去世的、不在册：不列"
given = """
registry_person @P1 id_class=VALID18
registry_person @P2 id_class=CERT20
registry_person @P3 id_class=EMPTY
deceased @P3
registry_person @P4 id_class=BADCHECK18 person_status=死亡
"""
expect = []
*/
SELECT
    p.person_id AS subject_id, p.record_id AS evidence,
    CASE WHEN p.id_class = 'EMPTY' THEN '没有填写' ELSE '不完整或校验不通过' END AS what
FROM current_person p
WHERE p.id_class IN ('EMPTY', 'OTHER', 'BADCHECK18', 'BADDATE18', 'TRUNC15', 'MASK')
