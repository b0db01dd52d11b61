/*
code = "R90b"
title = "有就业能力和愿望的贫困劳动力就业率"
why = "2018年基本实现就业全覆盖，2019年达到100%。"
policy = { clause = "二(二)2", quote = "有就业能力和就业愿望的贫困劳动力就业率及未转移就业、有培训意愿且符合受训条件的劳动力培训率均达到100%" }
owner = "人力资源和社会保障局"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_person", "labour"]
optional_sources = ["deceased", "insurance"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { employed = "未脱贫户中有就业能力和愿望的劳动力的就业率" }

[[example]]
case = "已就业、登记务工月数的算就业"
given = """
registry_household #H1
registry_person @P1 #H1 age=30
labour @P1 job_wish=1 employment=转移就业
registry_person @P2 #H1 age=30 work_months=3
labour @P2 job_wish=1 employment=未就业
registry_person @P3 #H1 age=30
labour @P3 job_wish=1 employment=未就业 ability=技能劳动力
"""
expect = ["employed 410600 2/3", "employed 410621 2/3", "employed 410621100 2/3", "employed 410621100200 2/3"]

[[example]]
case = "没有愿望、没有能力、超龄、在校、已脱贫的不计"
given = """
registry_household #H1
registry_person @P1 #H1 age=30
labour @P1 job_wish=0 employment=未就业
registry_person @P2 #H1 age=30
labour @P2 job_wish=1 employment=未就业 ability=无劳动力
registry_person @P3 #H1 age=60
labour @P3 job_wish=1 employment=未就业
registry_person @P4 #H1 age=15
labour @P4 job_wish=1 employment=未就业
registry_person @P5 #H1 age=18 student_status=高中三年级
labour @P5 job_wish=1 employment=未就业
registry_household #H2 exit_status=已脱贫(享受政策)
registry_person @P6 #H2 age=30
labour @P6 job_wish=1 employment=未就业
registry_person @P7 #H1 age=16 student_status=非在校生
labour @P7 job_wish=1 employment=未就业
registry_household #H3 exit_status=返贫
registry_person @P8 #H3 age=59
labour @P8 job_wish=1 employment=未就业
"""
expect = ["employed 410600 0/2", "employed 410621 0/2", "employed 410621100 0/2", "employed 410621100200 0/2"]

[[example]]
case = "本季度才识别的：不计"
given = """
registry_household #H1
registry_person @P1 #H1 age=30 identified_date=2018-07-01
labour @P1 job_wish=1 employment=转移就业
registry_person @P2 #H1 age=30 work_months=3 identified_date=2018-07-01
labour @P2 job_wish=1 employment=未就业
registry_person @P3 #H1 age=30 identified_date=2018-07-01
labour @P3 job_wish=1 employment=未就业 ability=技能劳动力
"""
expect = []
*/
SELECT
    'employed' AS indicator, p.county_code AS county_code, p.township_code AS township_code, p.village_code AS village_code,
    CASE WHEN l.employment <> '未就业' OR p.work_months > 0 THEN 1 ELSE 0 END AS numerator, 1 AS denominator,
    q.employment_target_permille * 10 AS target
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN labour l ON l.person_id = p.person_id
JOIN registry_household h ON h.household_no = p.household_no
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
CROSS JOIN parameter q
WHERE p.age BETWEEN q.labour_age_from AND q.labour_age_to
    AND l.ability IN ('普通劳动力', '技能劳动力')
    AND l.job_wish = 1
    AND (p.student_status IS NULL OR p.student_status = '非在校生')
