/*
code = "R52b"
title = "应受助学生资助率"
why = "在学前、高中、中职、高校就读和义务教育寄宿的贫困学生都应受助。"
policy = { clause = "二(三)2", quote = "实现贫困家庭学生教育保障和资助政策全覆盖" }
owner = "教育局"
severity = "S4"
subject = "unit"
sources = ["registry_person", "student", "student_aid"]
optional_sources = ["deceased", "insurance", "registry_household"]
absent_from = [{ list = "student_aid", of = "student", rows = "aided_pupil" }]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { aided = "应受助的在册学生中本学期已受助的比例" }

[[example]]
case = "本学期受助才算；本学年的资助记录很可能就是本人的也算，多半不是、别的学年的、别的名单的不算"
given = """
parameter current_term=2018秋 other_term=2018秋
registry_person @P1
student @P1 stage=普通高中
student_aid @P1
registry_person @P2
student @P2 stage=中职
student_aid @P2 term=2018春
registry_person @P3
student @P3 stage=高校
student_aid @P9
near_miss source=student_aid record_id=student:3 candidate=student_aid:3
near_miss source=student_aid record_id=student:3 candidate=student_aid:3 near_order=1
registry_person @P4
student @P4 stage=学前
near_miss source=student_aid record_id=student:4 candidate=student_aid:3 likely=0
registry_person @P5
student @P5 stage=学前
student_aid @P8 term=2016春
near_miss source=student_aid record_id=student:5 candidate=student_aid:4
registry_person @P6
student @P6 stage=学前
near_miss source=insurance record_id=student:6 candidate=student_aid:3
"""
expect = ["aided 410600 2/6", "aided 410621 2/6", "aided 410621100 2/6", "aided 410621100200 2/6"]

[[example]]
case = "义务教育只计寄宿；毕业、不在册的不计"
given = """
registry_person @P1
student @P1 stage=小学 study_mode=寄宿
registry_person @P2
student @P2 stage=初中 study_mode=走读
registry_person @P3
student @P3 stage=普通高中 status=毕业
student @P4 stage=普通高中
registry_person @P5
student @P5 stage=初中 study_mode=寄宿
registry_person @P6
student @P6 stage=特殊教育 study_mode=寄宿
"""
expect = ["aided 410600 0/2", "aided 410621 0/2", "aided 410621100 0/2", "aided 410621100200 0/2"]

[[example]]
case = "三季度：上学期资助的也算，暑后才入学的、不再享受政策的不计；2019年秋起走读的计入"
given = """
registry_person @P1
student @P1 stage=普通高中
student_aid @P1 term=2018春
registry_person @P2
student @P2 stage=普通高中 enrol_date=2018-09-01
registry_household @P3 #H3 household_no=H3 exit_status=已脱贫(不再享受政策)
registry_person @P3 #H3 household_no=H3
student @P3 stage=普通高中
registry_person @P4
student @P4 stage=初中 study_mode=走读
"""
expect = ["aided 410600 1/1", "aided 410621 1/1", "aided 410621100 1/1", "aided 410621100200 1/1"]

[[example]]
case = "2019年秋季起：走读的四类学生也应资助"
given = """
parameter year=2019 current_term=2019秋 other_term=2019春
registry_person @P1
student @P1 stage=初中 study_mode=走读
"""
expect = ["aided 410600 0/1", "aided 410621 0/1", "aided 410621100 0/1", "aided 410621100200 0/1"]

[[example]]
case = "本季度才识别的：不计"
given = """
parameter current_term=2018秋 other_term=2018秋
registry_person @P1 identified_date=2018-07-01
student @P1 stage=普通高中
student_aid @P1
registry_person @P2 identified_date=2018-07-01
student @P2 stage=中职
student_aid @P2 term=2018春
registry_person @P3 identified_date=2018-07-01
student @P3 stage=高校 school=一校 name=甲
student_aid @P9 school=一校 name=甲
registry_person @P4 identified_date=2018-07-01
student @P4 stage=学前
"""
expect = []
*/
WITH entitled AS (
    SELECT DISTINCT s.person_id
    FROM student s
    CROSS JOIN parameter q
    WHERE s.status = '在读' AND (s.enrol_date IS NULL OR s.enrol_date <= q.aid_enrolled_date)
        AND (s.stage IN ('学前', '普通高中', '中职', '高校')
            OR (s.stage IN ('小学', '初中') AND (s.study_mode = '寄宿' OR q.current_term >= q.day_pupil_aid_from)))
)
SELECT
    'aided' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN a.person_id IS NOT NULL OR n.person_id IS NOT NULL THEN 1 ELSE 0 END AS numerator, 1 AS denominator,
    q.full_cover_permyriad AS target
FROM poor_person p
SEMI JOIN entitled_person e ON e.record_id = p.record_id
JOIN entitled s ON s.person_id = p.person_id
CROSS JOIN parameter q
LEFT JOIN aided_pupil a ON a.person_id = p.person_id
LEFT JOIN likely_aided n ON n.person_id = p.person_id
