/*
code = "R14"
title = "证号姓名不一致"
why = "同一人在各部门名单中的证件号码或姓名不一致，会使低保、医保、资助等比对出错，是其他疑点的常见根源。"
policy = { clause = "二(一)2", quote = "每季度比对一次农村低保对象和建档立卡贫困人口数据" }
owner = "数据来源部门"
severity = "S3"
subject = "person"
sources = []
root_cause = true
stands_in_review = true
due_days = 60
advice = [
    "查看身份证或户口簿原件，确定正确的姓名和公民身份号码",
    "哪个部门的记录有误，由哪个部门更正；曾用名、公安已换号的，登记新旧对照",
    "若两条记录其实是两个人，在核查结论中注明“不是同一人”",
]
message = "各部门记录中{conflict}。"

[[example]]
case = "两个完整证号：列为疑点"
given = """
identity_record @P1 record_id=a:1 record_order=2 id18=410621197001011234 full_id=1 name_group=0 id_of_other=0
identity_record @P1 record_id=b:1 record_order=1 id18=410621197001011235 full_id=1 name_group=0 id_of_other=0
"""
expect = ["P1 <- b:1 a:1"]

[[example]]
case = "另一个证号残缺：不列"
given = """
identity_record @P1 record_id=a:1 id18=410621197001011234 full_id=1 name_group=0 id_of_other=0
identity_record @P1 record_id=b:1 id18=410621197001011235 full_id=0 name_group=0 id_of_other=0
identity_record @P1 record_id=c:1 full_id=0 name_group=0 id_of_other=0
"""
expect = []

[[example]]
case = "姓名超出允许的写法差异：列为疑点"
given = """
identity_record @P1 record_id=a:1 id18=410621197001011234 full_id=1 name_group=0 id_of_other=0
identity_record @P1 record_id=b:1 id18=410621197001011234 full_id=1 name_group=1 id_of_other=0
"""
expect = ["P1"]

[[example]]
case = "姓名只是写法不同或缺失：不列"
given = """
identity_record @P1 record_id=a:1 id18=410621197001011234 full_id=1 name_group=0 id_of_other=0
identity_record @P1 record_id=b:1 id18=410621197001011234 full_id=1 name_group=0 id_of_other=0
identity_record @P1 record_id=c:1 id18=410621197001011234 full_id=1 id_of_other=0
"""
expect = []

[[example]]
case = "用了另一人的证号：列为疑点"
given = """
identity_record @P1 record_id=a:1 id18=410621197001011234 full_id=1 name_group=0 id_of_other=1
identity_record @P2 record_id=b:1 id18=410621197001011234 full_id=1 name_group=0 id_of_other=0
"""
expect = ["P1"]

[[example]]
case = "几个人用一个证号，是谁的要看出生日期，而出生日期看不出：不判断"
given = """
identity_record @P1 record_id=a:1 id18=410621197001011234 full_id=1 name_group=0 id_of_other=?
identity_record @P1 record_id=b:1 id18=410621197001011234 full_id=1 name_group=0 id_of_other=0
identity_record @P2 record_id=c:1 id18=410621197001011234 full_id=1 name_group=0 id_of_other=0
"""
expect = []
undecided = ["P1"]
*/
WITH spread AS (
    SELECT
        r.person_id,
        MIN(CASE WHEN r.full_id = 1 THEN r.id18 END) AS first_id,
        MAX(CASE WHEN r.full_id = 1 THEN r.id18 END) AS last_id,
        MIN(r.name_group) AS first_name,
        MAX(r.name_group) AS last_name,
        MAX(r.id_of_other) AS id_of_other
    FROM identity_record r
    GROUP BY r.person_id
)
SELECT
    r.person_id AS subject_id,
    r.record_id AS evidence,
    r.record_order AS evidence_order,
    CASE
        WHEN p.first_id <> p.last_id AND p.first_name <> p.last_name THEN '证件号码和姓名都不一致'
        WHEN p.first_id <> p.last_id THEN '有不同的证件号码'
        WHEN p.first_name <> p.last_name THEN '有不同的姓名'
        ELSE '有记录用了另一人的证件号码'
    END AS conflict
FROM identity_record r
JOIN spread p ON p.person_id = r.person_id
WHERE p.first_id <> p.last_id OR p.first_name <> p.last_name OR p.id_of_other = 1
