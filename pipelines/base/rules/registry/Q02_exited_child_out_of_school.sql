/*
code = "Q02"
title = "脱贫户健康适龄儿童不在校"
why = "2014—2017年脱贫的户，健康的义务教育年龄儿童登记为非在校生，义务教育没有保障。"
policy = { clause = "一(三)", quote = "稳定实现农村贫困人口不愁吃、不愁穿,义务教育、基本医疗和住房安全有保障" }
owner = "扶贫办"
severity = "S2"
subject = "household"
sources = ["registry_household", "registry_person"]
optional_sources = ["deceased", "insurance"]
due_days = 30
advice = [
    "查儿童实际就读学校和学籍",
    "在校的更正在校生状况，失学的由学校、乡镇劝返",
]
message = "该户{exit_year}年脱贫，有健康的义务教育年龄儿童登记为非在校生。"
explained_by = ["R50"]
related = ["R14", "R50", "R105"]

[[example]]
case = "2014—2017年脱贫、健康儿童不在校：列为疑点"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2014
registry_person @P1 #H1 birth_date=2008-05-01 health=健康 student_status=非在校生
"""
expect = ["H1/2014 <- registry_household:1 registry_person:1"]

[[example]]
case = "在校、未填、残疾、学龄以外、已不在册、未脱贫：不列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2014
registry_person @P1 #H1 birth_date=2008-05-01 health=健康 student_status=小学
registry_person @P2 #H1 birth_date=2008-05-01 health=健康
registry_person @P3 #H1 birth_date=2008-05-01 health=残疾 student_status=非在校生
registry_person @P4 #H1 birth_date=2001-05-01 health=健康 student_status=非在校生
registry_person @P5 #H1 birth_date=2008-05-01 health=健康 student_status=非在校生 person_status=死亡
registry_household #H6
registry_person @P6 #H6 birth_date=2008-05-01 health=健康 student_status=非在校生
"""
expect = []
*/
WITH hit AS (
    SELECT h.household_id, h.exit_year, h.record_id AS household_record, c.record_id AS person_record
    FROM exited_early h
    JOIN school_age c ON c.household_no = h.household_no
    WHERE c.health = '健康' AND c.student_status = '非在校生'
)
SELECT i.household_id AS subject_id, CAST(i.exit_year AS VARCHAR) AS rule_key, i.household_record AS evidence, 0 AS evidence_order, i.exit_year AS exit_year FROM hit i
UNION ALL
SELECT i.household_id AS subject_id, CAST(i.exit_year AS VARCHAR) AS rule_key, i.person_record AS evidence, 1 AS evidence_order, i.exit_year AS exit_year FROM hit i
