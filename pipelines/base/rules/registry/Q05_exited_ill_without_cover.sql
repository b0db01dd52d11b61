/*
code = "Q05"
title = "因病致贫脱贫户患病成员无大病保险"
why = "因病致贫的户脱贫后，患病成员仍没有大病保险，看病负担会使其返贫。"
policy = { clause = "一(三)", quote = "稳定实现农村贫困人口不愁吃、不愁穿,义务教育、基本医疗和住房安全有保障" }
owner = "扶贫办"
severity = "S2"
subject = "household"
sources = ["registry_household", "registry_person"]
due_days = 30
advice = [
    "查医保系统参保和大病保险标识",
    "已参保的更正登记，未参保的督促参保",
]
message = "该户{exit_year}年脱贫，主要致贫原因为因病，有患病成员登记为未参加大病保险。"
related = ["R14", "R31"]

[[example]]
case = "2014—2017年脱贫、患病成员无大病保险：列为疑点"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2014 cause_primary=因病
registry_person @P1 #H1 health=患有大病 insured_serious=0
registry_person @P2 #H1 health=长期慢性病 insured_serious=0
registry_person @P3 #H1 health=健康 insured_serious=0
"""
expect = ["H1/2014 <- registry_household:1 registry_person:1 registry_person:2"]

[[example]]
case = "有大病保险、未填、健康、其他致贫原因、未脱贫、已不在册：不列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) exit_year=2014 cause_primary=因病
registry_person @P1 #H1 health=患有大病 insured_serious=1
registry_person @P2 #H1 health=患有大病
registry_person @P3 #H1 health=健康 insured_serious=0
registry_person @P4 #H1 health=患有大病 insured_serious=0 person_status=死亡
registry_household #H2 exit_status=已脱贫(享受政策) exit_year=2014 cause_primary=缺技术
registry_person @P5 #H2 health=患有大病 insured_serious=0
registry_household #H3 cause_primary=因病
registry_person @P6 #H3 health=患有大病 insured_serious=0
"""
expect = []
*/
WITH hit AS (
    SELECT h.household_id, h.exit_year, h.record_id AS household_record, p.record_id AS person_record
    FROM exited_early h
    JOIN poor_person p ON p.household_no = h.household_no
    WHERE h.cause_primary = '因病' AND (p.health LIKE '%长期慢性病%' OR p.health LIKE '%患有大病%') AND p.insured_serious = 0
)
SELECT i.household_id AS subject_id, CAST(i.exit_year AS VARCHAR) AS rule_key, i.household_record AS evidence, 0 AS evidence_order, i.exit_year AS exit_year FROM hit i
UNION ALL
SELECT i.household_id AS subject_id, CAST(i.exit_year AS VARCHAR) AS rule_key, i.person_record AS evidence, 1 AS evidence_order, i.exit_year AS exit_year FROM hit i
