/*
code = "R53"
title = "受助但未建档（资助身份不符）"
why = "以建档立卡身份领取学生资助，本人和监护人却都不在建档立卡、低保、特困名单，资助身份认定可能有误。"
policy = { clause = "二(三)2", quote = "精准认定资助学生资格" }
owner = "教育局"
severity = "S1"
subject = "person"
sources = ["student_aid", "registry_person", "dibao", "tekun"]
optional_sources = ["student"]
absent_from = [
    { list = "registry_person", rows = "poor_person" },
    { list = "dibao", rows = "protected_person" },
    { list = "tekun", rows = "protected_person" },
]
due_days = 15
advice = [
    "核对学生申请时提交的建档立卡证明和户口簿",
    "查监护人姓名、证件号码，是否随其他家庭成员建档",
    "身份不符的更正资助类别，属于低保、特困、残疾等其他类别的据实登记",
]
message = "{term}学期以建档立卡类别领取“{item}”{amount_fen}，本人和监护人均不在名单中。{doubt}"
related = ["R14"]

[[example]]
case = "本人和监护人都不在名单：列为疑点"
given = """
student_aid @P1 category=建档立卡 item=助学金 amount_fen=100000 guardian_id18=410621197001011234
"""
expect = ["P1 <- student_aid:1"]

[[example]]
case = "本人在册：不列"
given = """
student_aid @P1 category=建档立卡
registry_person @P1
"""
expect = []

[[example]]
case = "本人登记已减少：列为疑点"
given = """
student_aid @P1 category=建档立卡
registry_person @P1 person_status=减少
"""
expect = ["P1"]

[[example]]
case = "监护人证号在册：不列"
given = """
student_aid @P1 category=建档立卡 guardian_id18=410621197001011234
registry_person @P2 id18=410621197001011234
"""
expect = []

[[example]]
case = "监护人在册但登记的证号不同：不列"
given = """
student_aid @P1 category=建档立卡 guardian_id18=410621197001011234 guardian_person_id=P2
registry_person @P2 id18=410621197001011235
"""
expect = []

[[example]]
case = "监护人登记已减少、证号都为空：列为疑点"
given = """
student_aid @P1 category=建档立卡 guardian_id18=410621197001011234 guardian_person_id=P2
registry_person @P2 #H2 id18=410621197001011234 person_status=减少
student_aid @P3 category=建档立卡
registry_person @P4 #H4
"""
expect = ["P1", "P3"]

[[example]]
case = "本人农村低保或特困：不列；城市低保（类别不对，不是冒领）：不列"
given = """
student_aid @P1 category=建档立卡
dibao @P1 household_no=D1
student_aid @P2 category=建档立卡
tekun @P2
student_aid @P3 category=建档立卡
dibao @P3 household_no=D3 category=城市
"""
expect = []

[[example]]
case = "在册、低保、特困名单里有记录很可能就是本人：待确认；多半不是本人、已减少的：照列"
given = """
student_aid @P1 category=建档立卡
registry_person @P2
near_miss source=registry_person record_id=student_aid:1 candidate=registry_person:1
student_aid @P3 category=建档立卡
dibao @P4 household_no=D4
near_miss source=dibao record_id=student_aid:2 candidate=dibao:1
student_aid @P5 category=建档立卡
tekun @P6
near_miss source=tekun record_id=student_aid:3 candidate=tekun:1
student_aid @P7 category=建档立卡
registry_person @P8
near_miss source=registry_person record_id=student_aid:4 candidate=registry_person:2 likely=0
student_aid @P9 category=建档立卡
registry_person @P10 person_status=减少
near_miss source=registry_person record_id=student_aid:5 candidate=registry_person:3
"""
expect = [
    "P1 待确认 <- student_aid:1 registry_person:1",
    "P3 待确认 <- student_aid:2 dibao:1",
    "P5 待确认 <- student_aid:3 tekun:1",
    "P7 <- student_aid:4 registry_person:2",
    "P9 <- student_aid:5",
]

[[example]]
case = "监护人没有证件号码、与同村或同户的在册人员同名，名单上那人没有证件号码的也一样：不列；两边都有而不同、登记已减少、村看不出：列为疑点"
given = """
student_aid @P1 category=建档立卡 guardian_name=张大山
student @P1
registry_person @P2 name=张大山 id18=410621197001011235
student_aid @P3 #H3 category=建档立卡 guardian_name=李秋菊
registry_person @P4 #H3 name=李秋菊 id18=410621197001011235
student_aid @P5 category=建档立卡 guardian_name=王军 guardian_id18=410621197001011234
student @P5
registry_person @P6 name=王军
student_aid @P7 category=建档立卡 guardian_name=赵军 guardian_id18=410621197001011234
student @P7
registry_person @P8 name=赵军 id18=410621197001011235
student_aid @P9 category=建档立卡 guardian_name=孙军
student @P9
registry_person @P10 name=孙军 person_status=减少
student_aid @P11 category=建档立卡 guardian_name=周军
student @P11 village_code= township_code=
registry_person @P12 name=周军 village_code= township_code=
"""
expect = ["P7", "P9", "P11 待确认"]

[[example]]
case = "与同乡镇外村、不知哪村的在册人员同名：待确认；外乡镇、外县的、没有写姓名的：照列；几笔里有一笔写了姓名：待确认"
given = """
student_aid @P1 category=建档立卡 guardian_name=张大山
student @P1 village_code=410621100201
registry_person @P2 name=张大山
student_aid @P3 category=建档立卡 guardian_name=李秋菊
registry_person @P4 name=李秋菊
student_aid @P5 category=建档立卡 guardian_name=王军
student @P5 county_code=410622 township_code=410622100 village_code=410622100201
registry_person @P6 name=王军
student_aid @P7 category=建档立卡
student @P7
student_aid @P9 category=建档立卡 item=助学金
student_aid @P9 category=建档立卡 item=免学费 guardian_name=赵军
registry_person @P10 name=赵军
student_aid @P11 category=建档立卡 guardian_name=周军
student @P11 county_code= township_code= village_code=
registry_person @P12 name=周军
student_aid @P13 category=建档立卡 guardian_name=孙军
student @P13 township_code=410621101 village_code=410621101201
registry_person @P14 name=孙军
student_aid @P15 category=建档立卡 guardian_name=吴军
student @P15 township_code= village_code=
registry_person @P16 name=吴军
student_aid @P17 category=建档立卡 guardian_name=郑军
student @P17
registry_person @P18 name=郑军 township_code= village_code=
student_aid @P19 category=建档立卡 guardian_name=冯军
student @P19 county_code=410622 township_code= village_code=
registry_person @P20 name=冯军
"""
expect = [
    "P1 待确认 <- student_aid:1",
    "P3 待确认 <- student_aid:2",
    "P5 <- student_aid:3",
    "P7 <- student_aid:4",
    "P9 待确认 <- student_aid:6 student_aid:5",
    "P11 待确认 <- student_aid:7",
    "P13 <- student_aid:8",
    "P15 待确认 <- student_aid:9",
    "P17 待确认 <- student_aid:10",
    "P19 <- student_aid:11",
]

[[example]]
case = "几笔里只有一笔写了监护人的证号，或姓名，或监护人另有登记：都不列；别人的孩子写了：照列"
given = """
student_aid @P1 category=建档立卡 item=助学金 guardian_id18=410621197001011234
student_aid @P1 category=建档立卡 item=免学费
registry_person @P2 id18=410621197001011234
student_aid @P3 category=建档立卡 item=助学金 guardian_name=张大山
student_aid @P3 category=建档立卡 item=免学费
student @P3
registry_person @P4 name=张大山
student_aid @P5 category=建档立卡 item=助学金 guardian_person_id=P6 term=2018春
student_aid @P5 category=建档立卡 item=免学费
registry_person @P6
student_aid @P7 category=建档立卡 item=免学费
"""
expect = ["P7"]

[[example]]
case = "其他类别、上学期：不列"
given = """
student_aid @P1 category=低保
student_aid @P2 category=建档立卡 term=2018春
"""
expect = []

[[example]]
case = "监护人登记已减少，同一建档户还有人在册：待确认；全户都已减少：照列"
given = """
student_aid @P1 category=建档立卡 guardian_person_id=P2
registry_person @P2 #H2 person_status=人员清退
registry_person @P3 #H2
student_aid @P4 category=建档立卡 guardian_person_id=P5
registry_person @P5 #H5 person_status=人员清退
registry_person @P6 #H5 person_status=减少
"""
expect = ["P1 待确认", "P4"]

[[example]]
case = "没有证件号码、没有学籍，在册人员中有人同名：待确认；有证件号码、有学籍、没有同名的，同名的已减少：照列"
given = """
student_aid @P1 category=建档立卡 name=黄静
registry_person @P2 name=黄静
student_aid @P3 category=建档立卡 name=李静 id_number=410621199708306809
registry_person @P4 name=李静
student_aid @P5 category=建档立卡 name=张静
student @P5
registry_person @P6 name=张静
student_aid @P7 category=建档立卡 name=王静
student_aid @P8 category=建档立卡 name=赵静
registry_person @P9 name=赵静 person_status=减少
"""
expect = ["P1 待确认", "P3", "P5", "P7", "P8"]
*/
WITH poor AS (
    SELECT DISTINCT p.person_id
    FROM poor_person p
),
poor_id AS (
    SELECT DISTINCT p.id18
    FROM poor_person p
),
-- The list of aid says nothing of where a pupil lives; the roll does.
pupil_home AS (
    SELECT DISTINCT s.person_id, s.county_code, s.township_code, s.village_code
    FROM student s
    WHERE s.county_code <> ''
),
-- Where one of the lists has no number of a guardian, his name and village tell who he is.
same_name AS (
    SELECT
        a.record_id,
        CASE
            WHEN p.household_id = a.household_id THEN 1
            WHEN p.village_code <> '' AND p.village_code = h.village_code THEN 1
            ELSE 0
        END AS at_home
    FROM student_aid a
    JOIN poor_person p ON p.name = a.guardian_name
    LEFT JOIN pupil_home h ON h.person_id = a.person_id
    WHERE (a.guardian_id18 IS NULL OR p.id18 IS NULL) AND (h.county_code IS NULL OR (h.county_code = p.county_code
        -- Whose village is known is no namesake's child of another township.
        AND (h.township_code IS NULL OR h.township_code = '' OR p.township_code = '' OR h.township_code = p.township_code)))
),
-- A guardian who is named in one row of a child is the child's guardian in all.
vouched AS (
    SELECT a.person_id
    FROM student_aid a
    JOIN poor_id g ON g.id18 = a.guardian_id18
    UNION ALL
    SELECT a.person_id
    FROM student_aid a
    JOIN poor w ON w.person_id = a.guardian_person_id
    UNION ALL
    SELECT a.person_id
    FROM student_aid a
    JOIN same_name n ON n.record_id = a.record_id
    WHERE n.at_home = 1
),
-- The household of a guardian who was struck off himself is registered while others of it are.
left_home AS (
    SELECT DISTINCT a.person_id
    FROM student_aid a
    JOIN registry_person g ON g.person_id = a.guardian_person_id
    JOIN poor_person p ON p.household_no = g.household_no
),
-- Of a pupil without a number who is on no roll only the name is known.
known_by_name AS (
    SELECT DISTINCT a.person_id
    FROM student_aid a
    JOIN poor_person p ON p.name = a.name
    ANTI JOIN student s ON s.person_id = a.person_id
    WHERE a.id_number IS NULL
),
doubtful AS (
    SELECT n.record_id, 1 AS reason
    FROM same_name n
    UNION ALL
    SELECT a.record_id, 2 AS reason
    FROM student_aid a
    JOIN left_home l ON l.person_id = a.person_id
    UNION ALL
    SELECT a.record_id, 3 AS reason
    FROM student_aid a
    JOIN known_by_name k ON k.person_id = a.person_id
),
first_doubt AS (
    SELECT d.record_id, MIN(d.reason) AS reason
    FROM doubtful d
    GROUP BY d.record_id
)
SELECT
    a.person_id AS subject_id,
    a.record_id AS evidence,
    a.term AS term,
    a.item AS item,
    a.amount_fen AS amount_fen,
    CASE
        WHEN n.reason = 1 THEN '待确认：在册人员中有人与监护人同名，因缺证件号码不能断定，先核对是不是监护人。'
        WHEN n.reason = 2 THEN '待确认：监护人的登记已减少，同一建档户还有人在册，先核对孩子是否随其他家庭成员建档。'
        WHEN n.reason = 3 THEN '待确认：资助名单上没有本人的证件号码，也没有学籍，在册人员中有人同名，先核对是不是本人。'
        ELSE ''
    END AS doubt,
    CASE WHEN n.record_id IS NULL THEN 0 ELSE 1 END AS to_confirm,
    CASE WHEN n.record_id IS NULL THEN 1 ELSE 0 END AS evidence_order
FROM student_aid a
JOIN parameter q ON q.current_term = a.term
LEFT JOIN poor r ON r.person_id = a.person_id
LEFT JOIN protected_person c ON c.person_id = a.person_id
LEFT JOIN first_doubt n ON n.record_id = a.record_id
ANTI JOIN vouched v ON v.person_id = a.person_id
WHERE a.category = '建档立卡'
    AND r.person_id IS NULL AND c.person_id IS NULL
