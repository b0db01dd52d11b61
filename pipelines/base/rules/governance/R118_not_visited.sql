/*
code = "R118"
title = "遍访未覆盖"
why = "乡镇和村党组织书记应遍访贫困户，本年度没有走访记录。"
policy = { clause = "三(二)", quote = "乡镇党委书记和村党组织书记遍访贫困户" }
owner = "乡镇人民政府"
severity = "S4"
subject = "household"
sources = ["registry_household", "registry_person", "visit"]
optional_sources = ["deceased", "insurance"]
absent_from = [{ list = "visit" }]
due_days = 60
advice = [
    "安排走访并填写走访记录",
]
message = "该户本年度没有乡镇或村党组织书记的走访记录。"

[[example]]
case = "没有走访、只有第一书记走访、只有季度后的走访：列为疑点"
given = """
registry_household #H1 household_no=H1
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2
visit @P2 visitor=第一书记 visit_date=2018-05-01
registry_household #H3 household_no=H3
registry_person @P3 #H3 household_no=H3
visit @P3 visitor=村书记 visit_date=2018-10-01
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2", "H3 <- registry_household:3"]

[[example]]
case = "书记走访过、家人在场、不再享受政策：不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
visit @P1 visitor=乡镇书记 visit_date=2018-09-30
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2
visit @P2 visitor=村书记 visit_date=2018-01-02
registry_household #H3 household_no=H3 exit_status=已脱贫(不再享受政策)
"""
expect = []

[[example]]
case = "只有上年的走访：列为疑点；上半年：上年的走访还算，更早的不算"
given = """
parameter service_from_year=2018
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
visit @P1 visitor=村书记 visit_date=2017-03-01
registry_household #H2 household_no=H2 exit_status=NULL
"""
expect = ["H1", "H2"]

[[example]]
case = "上半年：本年走访尚未到期，上年走访过的不列，更早的列为疑点"
given = """
parameter service_from_year=2017
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
visit @P1 visitor=村书记 visit_date=2017-03-01
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2
visit @P2 visitor=村书记 visit_date=2016-12-31
"""
expect = ["H2"]

[[example]]
case = "在册成员都已登记死亡、都是本季度才识别的户：不列；季度前一天识别、还有人在世的：列为疑点"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1
deceased @P1 death_date=2018-05-01
registry_household #H2 household_no=H2
registry_person @P2 #H2 household_no=H2 identified_date=2018-07-01
registry_household #H3 household_no=H3
registry_person @P3 #H3 household_no=H3 identified_date=2018-06-30
registry_household #H4 household_no=H4
registry_person @P4 #H4 household_no=H4
deceased @P4 death_date=2018-05-01
registry_person @P5 #H4 household_no=H4
"""
expect = ["H3", "H4"]
*/
WITH seen AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN visit v ON v.person_id = p.person_id
    CROSS JOIN parameter q
    WHERE v.visitor IN ('乡镇书记', '村书记') AND v.visit_date <= q.quarter_end
        AND (v.visit_date >= q.year_start OR (q.service_from_year < q.year AND v.visit_date >= q.last_year_start))
)
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
ANTI JOIN waiting_household waiting ON waiting.household_no = h.household_no
LEFT JOIN seen s ON s.household_no = h.household_no
WHERE s.household_no IS NULL
