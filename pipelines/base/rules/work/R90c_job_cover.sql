/*
code = "R90c"
title = "有就业能力的贫困劳动力就业、就近就业覆盖面"
why = "“两扩大”：有就业能力的就业覆盖面、就近就地转移就业覆盖面都要扩大，看与上期之差。"
policy = { clause = "二(二)2", quote = "扩大有就业能力的建档立卡贫困劳动力就业覆盖面,扩大建档立卡贫困劳动力就近就地转移就业覆盖面" }
owner = "人力资源和社会保障局"
severity = "S4"
subject = "unit"
sources = ["registry_household", "registry_person", "labour"]
optional_sources = ["deceased", "insurance"]
indicator = true
levels = ["city", "county", "township", "village"]
labels = { able_employed = "未脱贫户中有就业能力的劳动力的就业比例", nearby = "未脱贫户已就业、写明地点的劳动力中就近就业的比例" }

[[example]]
case = "有能力的不问有没有愿望；就近看台账的就业地点，没有写的不计"
given = """
registry_household #H1
registry_person @P1 #H1 age=30
labour @P1 job_wish=0 employment=转移就业 work_place=本县内
registry_person @P2 #H1 age=30 work_months=3
labour @P2 employment=未就业 work_place=广东
registry_person @P3 #H1 age=30 work_months=0
labour @P3 employment=未就业 ability=技能劳动力 work_place=本村
registry_person @P4 #H1 age=30
labour @P4 employment=公益性岗位
"""
expect = ["able_employed 410600 3/4", "able_employed 410621 3/4", "able_employed 410621100 3/4", "able_employed 410621100200 3/4", "nearby 410600 1/2", "nearby 410621 1/2", "nearby 410621100 1/2", "nearby 410621100200 1/2"]

[[example]]
case = "没有能力、超龄、未到年龄、在校、已脱贫、本季度才识别的不计"
given = """
registry_household #H1
registry_person @P1 #H1 age=30
labour @P1 employment=转移就业 ability=无劳动力 work_place=本县
registry_person @P2 #H1 age=60
labour @P2 employment=转移就业 work_place=本县
registry_person @P3 #H1 age=15
labour @P3 employment=转移就业 work_place=本县
registry_person @P4 #H1 age=18 student_status=高中三年级
labour @P4 employment=转移就业 work_place=本县
registry_household #H2 exit_status=已脱贫(享受政策)
registry_person @P5 #H2 age=30
labour @P5 employment=转移就业 work_place=本县
registry_person @P6 #H1 age=30 identified_date=2018-07-01
labour @P6 employment=转移就业 work_place=本县
registry_person @P7 #H1 age=16 student_status=非在校生
labour @P7 employment=转移就业 work_place=就近车间
"""
expect = ["able_employed 410600 1/1", "able_employed 410621 1/1", "able_employed 410621100 1/1", "able_employed 410621100200 1/1", "nearby 410600 1/1", "nearby 410621 1/1", "nearby 410621100 1/1", "nearby 410621100200 1/1"]
*/
WITH able AS (
    SELECT
        p.county_code, p.township_code, p.village_code, l.work_place,
        CASE WHEN l.employment <> '未就业' OR p.work_months > 0 THEN 1 ELSE 0 END AS employed
    FROM poor_person p
    SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
    JOIN labour l ON l.person_id = p.person_id
    JOIN registry_household h ON h.household_no = p.household_no
    SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
    CROSS JOIN parameter q
    WHERE p.age BETWEEN q.labour_age_from AND q.labour_age_to
        AND l.ability IN ('普通劳动力', '技能劳动力')
        AND (p.student_status IS NULL OR p.student_status = '非在校生')
)
SELECT
    'able_employed' AS indicator, a.county_code AS county_code, a.township_code AS township_code, a.village_code AS village_code,
    a.employed AS numerator, 1 AS denominator
FROM able a
UNION ALL
SELECT
    'nearby' AS indicator, a.county_code AS county_code, a.township_code AS township_code, a.village_code AS village_code,
    CASE
        WHEN a.work_place LIKE '%本县%' OR a.work_place LIKE '%本区%' OR a.work_place LIKE '%本乡%' OR a.work_place LIKE '%本镇%'
            OR a.work_place LIKE '%本村%' OR a.work_place LIKE '%本地%' OR a.work_place LIKE '%县内%' OR a.work_place LIKE '%乡内%' OR a.work_place LIKE '%镇内%'
            OR a.work_place LIKE '%村内%' OR a.work_place LIKE '县城%' OR a.work_place LIKE '就近%'
        THEN 1 ELSE 0
    END AS numerator,
    1 AS denominator
FROM able a
WHERE a.employed = 1 AND a.work_place IS NOT NULL
