/*
code = "Q89"
title = "性别与身份证号矛盾"
why = "身份证号第17位奇数为男、偶数为女；与登记性别不符，性别或号码必有一项录错，也可能用了家人的号码。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "查身份证原件，核对号码和性别",
    "用了家人号码的，换成本人号码",
]
message = "登记性别为{sex}，与身份证号不符。"
explained_by = ["Q27"]
related = ["R14", "Q71"]

[[example]]
case = "男性用偶数号、女性用奇数号：列为疑点"
given = """
registry_person @P1 sex=男 id_class=VALID18 id18=410621197001011223
registry_person @P2 sex=女 id_class=CERT20 id18=410621197001011231
"""
expect = ["P1 <- registry_person:1", "P2 <- registry_person:2"]

[[example]]
case = "奇数一、三、五、七、九都是男：不列"
given = """
registry_person @P1 sex=男 id_class=VALID18 id18=410621197001011211
registry_person @P2 sex=男 id_class=VALID18 id18=410621197001011231
registry_person @P3 sex=男 id_class=VALID18 id18=410621197001011251
registry_person @P4 sex=男 id_class=VALID18 id18=410621197001011271
registry_person @P5 sex=男 id_class=VALID18 id18=410621197001011291
registry_person @P6 sex=女 id_class=CERT22 id18=410621197001011223
"""
expect = []

[[example]]
case = "校验不通过（由Q27列出）、性别未填、已不在册：不列"
given = """
registry_person @P1 sex=男 id_class=BADCHECK18 id18=410621197001011223
registry_person @P2 id_class=VALID18 id18=410621197001011223
registry_person @P3 sex=男 id_class=VALID18 id18=410621197001011223 person_status=死亡
"""
expect = []
*/
WITH numbered AS (
    SELECT
        p.person_id, p.record_id, p.sex,
        CASE
            WHEN p.id18 LIKE '________________1_'
                OR p.id18 LIKE '________________3_'
                OR p.id18 LIKE '________________5_'
                OR p.id18 LIKE '________________7_'
                OR p.id18 LIKE '________________9_'
            THEN '男' ELSE '女'
        END AS id_sex
    FROM poor_person p
    WHERE p.id_class IN ('VALID18', 'CERT20', 'CERT22')
)
SELECT n.person_id AS subject_id, n.record_id AS evidence, n.sex AS sex
FROM numbered n
WHERE n.sex <> n.id_sex
