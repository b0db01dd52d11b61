/*
code = "R66"
title = "残疾证号与身份证号不一致"
why = "残疾人证号由身份证号加类别、等级构成，与身份证号或登记的类别等级不一致，补贴核对会落空。"
policy = { clause = "二(三)3", quote = "贫困残疾人证办理" }
owner = "残疾人联合会"
severity = "S3"
subject = "person"
sources = ["disability_certificate"]
due_days = 30
advice = [
    "核对证件原件，由残联更正证号、类别或等级",
    "身份证号变更的办理换证",
]
message = "残疾人证号{reason}。"
related = ["R14"]

[[example]]
case = "长度、号码、类别、等级不符"
given = """
disability_certificate @P1 certificate_no=4106211970010100 id18=410621197001010019 category=肢体 grade=二级
disability_certificate @P2 certificate_no=41062119700101002742 id18=410621197001010019 category=肢体 grade=二级
disability_certificate @P3 certificate_no=41062119700101001912 id18=410621197001010019 category=肢体 grade=二级
disability_certificate @P4 certificate_no=41062119700101001943 id18=410621197001010019 category=肢体 grade=二级
disability_certificate @P5 certificate_no=41062119700101001 id18=410621197001010019
disability_certificate @P6 certificate_no=4106211970010100194 id18=410621197001010019
disability_certificate @P7 certificate_no=41062119700101002742B1 id18=410621197001010019
disability_certificate @P8 certificate_no=410621197001010019 id18=410621197001010019
"""
expect = ["P1/length <- disability_certificate:1", "P2/number <- disability_certificate:2", "P3/kind <- disability_certificate:3", "P4/grade <- disability_certificate:4", "P5/length <- disability_certificate:5", "P6/length <- disability_certificate:6", "P7/number <- disability_certificate:7", "P8/length <- disability_certificate:8"]

[[example]]
case = "20位、22位相符；证件注销：不列；没有身份证号的不查"
given = """
disability_certificate @P1 certificate_no=41062119700101001942 id18=410621197001010019 category=肢体 grade=二级
disability_certificate @P2 certificate_no=41062119700101001x42B1 id18=41062119700101001X category=肢体 grade=二级
disability_certificate @P3 certificate_no=410621 status=注销
disability_certificate @P4 certificate_no=41062119700101001999 category=肢体 grade=二级
"""
expect = []
*/
SELECT
    c.person_id AS subject_id, 'length' AS rule_key, c.record_id AS evidence, '长度不是20位或22位' AS reason
FROM certificate_valid c
WHERE LENGTH(c.certificate_no) <> 20 AND LENGTH(c.certificate_no) <> 22
UNION ALL
SELECT
    c.person_id AS subject_id, 'number' AS rule_key, c.record_id AS evidence, '前18位与身份证号不一致' AS reason
FROM certificate_valid c
WHERE (LENGTH(c.certificate_no) = 20 OR LENGTH(c.certificate_no) = 22) AND NOT STARTS_WITH(UPPER(c.certificate_no), c.id18)
UNION ALL
SELECT
    c.person_id AS subject_id, 'kind' AS rule_key, c.record_id AS evidence, '第19位与残疾类别不一致' AS reason
FROM certificate_valid c
WHERE STARTS_WITH(UPPER(c.certificate_no), c.id18) AND LENGTH(c.certificate_no) >= 20
    AND NOT STARTS_WITH(UPPER(c.certificate_no), c.id18 || c.category_digit)
UNION ALL
SELECT
    c.person_id AS subject_id, 'grade' AS rule_key, c.record_id AS evidence, '第20位与残疾等级不一致' AS reason
FROM certificate_valid c
WHERE STARTS_WITH(UPPER(c.certificate_no), c.id18 || c.category_digit) AND LENGTH(c.certificate_no) >= 20
    AND NOT STARTS_WITH(UPPER(c.certificate_no), c.id18 || c.category_digit || c.grade_digit)
