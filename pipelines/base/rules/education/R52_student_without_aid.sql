/*
code = "R52"
title = "应助未助"
why = "建档立卡学生在规定学段就读，本学期却没有任何资助记录，政策没有落实到人。"
policy = { clause = "二(三)2", quote = "实现贫困家庭学生教育保障和资助政策全覆盖" }
owner = "教育局"
severity = "S1"
subject = "person"
sources = ["registry_person", "student", "student_aid"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [{ list = "student_aid", of = "student", rows = "aided_pupil" }]
due_days = 15
advice = [
    "查学校资助名单和发放表，是否尚在公示或发放途中",
    "查资助名单的姓名、证件号码是否与建档立卡一致，是否以监护人名义登记",
    "确未资助的，由学校补发；本人放弃的留存书面说明",
]
message = "建档立卡学生，{stage}在读（{study_mode}），{term}学期没有资助记录。"
related = ["R14"]

[[example]]
case = "学前、普高、中职、高校在读无资助：列为疑点"
given = """
registry_person @P1
student @P1 stage=学前 study_mode=走读
registry_person @P2
student @P2 stage=普通高中 study_mode=走读
registry_person @P3
student @P3 stage=中职 study_mode=寄宿
registry_person @P4
student @P4 stage=高校 study_mode=寄宿
"""
expect = ["P1 <- student:1 registry_person:1", "P2 <- student:2 registry_person:2", "P3 <- student:3 registry_person:3", "P4 <- student:4 registry_person:4"]

[[example]]
case = "义务教育寄宿：列为疑点；走读：不列"
given = """
registry_person @P1
student @P1 stage=小学 study_mode=寄宿
registry_person @P2
student @P2 stage=初中 study_mode=寄宿
registry_person @P3
student @P3 stage=初中 study_mode=走读
"""
expect = ["P1", "P2"]

[[example]]
case = "学段不在资助范围（特殊教育）的寄宿生：不列"
given = """
registry_person @P1
student @P1 stage=特殊教育 study_mode=寄宿
"""
expect = []

[[example]]
case = "本学期已资助：不列；只有上学期的资助：列为疑点（四季度，本学期的已经发放）"
given = """
parameter current_term=2018秋 other_term=2018秋
registry_person @P1
student @P1 stage=普通高中
student_aid @P1
registry_person @P2
student @P2 stage=普通高中
student_aid @P2 term=2018春
"""
expect = ["P2"]

[[example]]
case = "资助名单里有记录很可能就是本人：待确认；多半不是本人、不是这一学年的：照列"
given = """
registry_person @P1
student @P1 stage=普通高中
student_aid @P9
near_miss source=student_aid record_id=student:1 candidate=student_aid:1
registry_person @P2
student @P2 stage=普通高中
student_aid @P8
near_miss source=student_aid record_id=student:2 candidate=student_aid:2 likely=0
registry_person @P3
student @P3 stage=普通高中
student_aid @P7 term=2016春
near_miss source=student_aid record_id=student:3 candidate=student_aid:3
"""
expect = [
    "P1 待确认 <- student:1 registry_person:1 student_aid:1",
    "P2 <- student:2 registry_person:2 student_aid:2",
    "P3 <- student:3 registry_person:3",
]

[[example]]
case = "已毕业：不列"
given = """
registry_person @P1
student @P1 stage=普通高中 status=毕业
"""
expect = []

[[example]]
case = "不是在册人员：不列"
given = """
registry_person @P1 person_status=减少
student @P1 stage=普通高中
student @P2 stage=普通高中
"""
expect = []

[[example]]
case = "三季度末秋季资助还在认定：上学期已资助、暑后才入学、本季度才识别、不再享受政策、已登记死亡的不列；两个学期都没有的列为疑点"
given = """
registry_person @P1
student @P1 stage=普通高中 school=一中 name=甲
student_aid @P1 term=2018春
registry_person @P2
student @P2 stage=普通高中 enrol_date=2018-09-01
registry_person @P3 identified_date=2018-08-20
student @P3 stage=普通高中
registry_household @P4 #H4 household_no=H4 exit_status=已脱贫(不再享受政策)
registry_person @P4 #H4 household_no=H4
student @P4 stage=普通高中
registry_person @P5
deceased @P5 death_date=2018-03-01
student @P5 stage=普通高中
registry_person @P6
student @P6 stage=普通高中 enrol_date=2017-09-01
student_aid @P6 term=2017秋
"""
expect = ["P6"]

[[example]]
case = "2019年秋季起走读的四类学生也应受助：列为疑点；此前：不列"
given = """
parameter year=2019 current_term=2019秋
registry_person @P1
student @P1 stage=初中 study_mode=走读
registry_person @P2
student @P2 stage=小学 study_mode=走读
"""
expect = ["P1", "P2"]
*/
WITH entitled AS (
    SELECT s.person_id, s.record_id, s.stage, s.study_mode
    FROM student s
    CROSS JOIN parameter q
    WHERE s.status = '在读' AND (s.enrol_date IS NULL OR s.enrol_date <= q.aid_enrolled_date)
        AND (s.stage IN ('学前', '普通高中', '中职', '高校')
            OR (s.stage IN ('小学', '初中') AND (s.study_mode = '寄宿' OR q.current_term >= q.day_pupil_aid_from)))
),
hit AS (
    SELECT p.person_id, p.record_id AS registry_record, s.record_id AS student_record, s.stage, s.study_mode
    FROM entitled_person p
    JOIN entitled s ON s.person_id = p.person_id
    LEFT JOIN aided_pupil a ON a.person_id = p.person_id
    WHERE a.person_id IS NULL
)
SELECT h.person_id AS subject_id, h.student_record AS evidence, 0 AS evidence_order,
    h.stage AS stage, h.study_mode AS study_mode, q.current_term AS term
FROM hit h
CROSS JOIN parameter q
UNION ALL
SELECT h.person_id AS subject_id, h.registry_record AS evidence, 1 AS evidence_order,
    h.stage AS stage, h.study_mode AS study_mode, q.current_term AS term
FROM hit h
CROSS JOIN parameter q
