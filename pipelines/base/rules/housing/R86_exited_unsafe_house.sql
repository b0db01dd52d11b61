/*
code = "R86"
title = "脱贫户住房不安全"
why = "脱贫时住房必须安全；已脱贫户仍登记危房或没有住房面积，脱贫质量不实。"
policy = { clause = "二(三)5", quote = "按照贫困户脱贫时住房安全有保障的要求" }
owner = "住房和城乡建设局"
severity = "S1"
subject = "household"
sources = ["registry_household"]
optional_sources = ["registry_person", "relocation", "tekun"]
due_days = 15
advice = [
    "到现场看房，已改造的更正登记",
    "租住或与子女同住安全房屋的注明",
]
message = "该户{exit_year}年脱贫，{state}。"
explained_by = ["R75"]
related = ["R73", "R75"]

[[example]]
case = "已脱贫仍登记危房：列为疑点"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) dangerous_house=1 house_area_centi=5000
registry_household #H2 exit_status=已脱贫(不再享受政策) danger_level=C house_area_centi=5000
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "面积为零：列为疑点；未填由Q41列，不在此列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) house_area_centi=0
registry_household #H2 exit_status=已脱贫(享受政策)
"""
expect = ["H1"]

[[example]]
case = "住房安全、未脱贫：不列"
given = """
registry_household #H1 exit_status=已脱贫(享受政策) dangerous_house=0 danger_level=A house_area_centi=5000
registry_household #H2 dangerous_house=1 house_area_centi=0
"""
expect = []

[[example]]
case = "已易地搬迁、全户集中供养：不列"
given = """
registry_household @P1 #H1 exit_status=已脱贫(享受政策) dangerous_house=1
registry_person @P1 #H1
relocation @P1 move_in_date=2018-01-01
registry_household @P2 #H2 exit_status=已脱贫(享受政策) dangerous_house=1
registry_person @P2 #H2
tekun @P2 support_mode=集中
"""
expect = []

[[example]]
case = "脱贫标志未填而有脱贫年度：列为疑点；年度也未填：不列"
given = """
registry_household #H1 household_no=H1 exit_status=NULL exit_year=2016 dangerous_house=1
registry_household #H2 household_no=H2 exit_status=NULL dangerous_house=1
"""
expect = ["H1"]
*/
SELECT
    h.household_id AS subject_id, h.record_id AS evidence, h.exit_year AS exit_year,
    CASE WHEN h.dangerous_house = 1 OR h.danger_level IN ('C', 'D') THEN '仍登记为危房' ELSE '没有住房面积' END AS state
FROM registry_household h
SEMI JOIN exited_household x ON x.household_no = h.household_no
LEFT JOIN housed_elsewhere c ON c.household_no = h.household_no
WHERE c.household_no IS NULL
    AND (h.dangerous_house = 1 OR h.danger_level IN ('C', 'D') OR h.house_area_centi = 0)
