/*
code = "R90"
title = "有能力有愿望未就业"
why = "有劳动能力、有就业愿望的贫困劳动力没有就业，增收没有着落。"
policy = { clause = "二(二)2", quote = "有就业能力和就业愿望的建档立卡贫困劳动力基本实现就业全覆盖" }
owner = "人力资源和社会保障局"
severity = "S2"
subject = "person"
sources = ["registry_household", "registry_person", "labour"]
optional_sources = ["deceased", "insurance"]
due_days = 30
advice = [
    "推荐转移就业或公益性岗位",
    "已就业的更新劳动力台账",
]
message = "{age}周岁，{ability}，有就业愿望，台账登记未就业。"
related = ["R14"]

[[example]]
case = "有愿望没有就业：列为疑点"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 age=16
labour @P1 employment=未就业 job_wish=1 ability=普通劳动力
registry_person @P2 #H1 household_no=H1 age=59 work_months=0
labour @P2 employment=未就业 job_wish=1 ability=技能劳动力
"""
expect = ["P1 <- registry_person:1 labour:1", "P2 <- registry_person:2 labour:2"]

[[example]]
case = "没有愿望、已就业、务工、无劳动力、超龄、在校、已脱贫：不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 age=30
labour @P1 employment=未就业 job_wish=0
registry_person @P2 #H1 household_no=H1 age=30
labour @P2 employment=公益性岗位 job_wish=1
registry_person @P3 #H1 household_no=H1 age=30 work_months=3
labour @P3 employment=未就业 job_wish=1
registry_person @P4 #H1 household_no=H1 age=30
labour @P4 employment=未就业 job_wish=1 ability=无劳动力
registry_person @P5 #H1 household_no=H1 age=60
labour @P5 employment=未就业 job_wish=1
registry_person @P6 #H1 household_no=H1 age=17 student_status=高中一年级
labour @P6 employment=未就业 job_wish=1
registry_household #H7 household_no=H7 exit_status=已脱贫(享受政策)
registry_person @P7 #H7 household_no=H7 age=30
labour @P7 employment=未就业 job_wish=1
registry_person @P8 #H1 household_no=H1 age=15
labour @P8 employment=未就业 job_wish=1
"""
expect = []

[[example]]
case = "登记非在校生：列为疑点"
given = """
registry_household #H1 household_no=H1 exit_status=返贫
registry_person @P1 #H1 household_no=H1 age=17 student_status=非在校生
labour @P1 employment=未就业 job_wish=1
"""
expect = ["P1"]

[[example]]
case = "本季度才识别的：不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 age=16 identified_date=2018-07-01
labour @P1 employment=未就业 job_wish=1 ability=普通劳动力
registry_person @P2 #H1 household_no=H1 age=59 work_months=0 identified_date=2018-07-01
labour @P2 employment=未就业 job_wish=1 ability=技能劳动力
"""
expect = []
*/
SELECT p.person_id AS subject_id, p.record_id || ';' || l.record_id AS evidence, p.age AS age, l.ability AS ability
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN labour l ON l.person_id = p.person_id
JOIN registry_household h ON h.household_no = p.household_no
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
CROSS JOIN parameter q
WHERE p.age BETWEEN q.labour_age_from AND q.labour_age_to
    AND l.ability IN ('普通劳动力', '技能劳动力')
    AND l.job_wish = 1 AND l.employment = '未就业'
    AND (p.work_months IS NULL OR p.work_months = 0)
    AND (p.student_status IS NULL OR p.student_status = '非在校生')
