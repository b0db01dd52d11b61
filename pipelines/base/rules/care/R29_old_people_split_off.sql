/*
code = "R29"
title = "薄养厚葬/子女不赡养疑似（拆户）"
why = "只有老人的贫困户，同村的子女近两年分户出去并有车、房或企业，可能是拆户或不赡养老人。"
policy = { clause = "二(三)6", quote = "子女不赡养老人" }
owner = "民政局"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person", "hukou", "asset_check"]
due_days = 30
advice = [
    "核实赡养情况和分户原因",
    "落实赡养协议，属拆户的并户计算收入",
]
message = "该户只有老人，近两年分户出去的家人核对出{kind}。"
related = ["R14"]

[[example]]
case = "老人户，两年内分户的家人有车：列为疑点"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 age=65
hukou @P1 household_no=K1
hukou @P2 household_no=K2 split_from=K1 split_date=2016-10-01
asset_check @P2 kind=车辆
"""
expect = ["H1 <- registry_household:1 hukou:2 asset_check:1"]

[[example]]
case = "分户已久、不在同村、没有财产、已说明、家中有年轻人、不再享受政策：不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 age=70
hukou @P1 household_no=K1
hukou @P2 household_no=K2 split_from=K1 split_date=2016-09-30
asset_check @P2 kind=车辆
hukou @P3 household_no=K3 split_from=K1 split_date=2017-10-01 village_code=410621100201
asset_check @P3 kind=车辆
hukou @P4 household_no=K4 split_from=K1 split_date=2017-10-01
hukou @P5 household_no=K5 split_from=K1 split_date=2017-10-01
asset_check @P5 kind=车辆 explained=1
registry_household #H6 household_no=H6
registry_person @P6 #H6 household_no=H6 age=70
registry_person @P7 #H6 household_no=H6 age=64
hukou @P6 household_no=K6
hukou @P8 household_no=K8 split_from=K6 split_date=2017-10-01
asset_check @P8 kind=车辆
registry_household #H9 household_no=H9 exit_status=已脱贫(不再享受政策)
registry_person @P9 #H9 household_no=H9 age=70
hukou @P9 household_no=K9
hukou @P10 household_no=K10 split_from=K9 split_date=2017-10-01
asset_check @P10 kind=车辆
"""
expect = []

[[example]]
case = "没有说明的：列为疑点；核对出两项：合为一条"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 age=70
hukou @P1 household_no=K1
hukou @P2 household_no=K2 split_from=K1 split_date=2017-10-01
asset_check @P2 kind=车辆 explained=0
"""
expect = ["H1"]

[[example]]
case = "家中有人年龄不明：不能说只有老人，不列"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 age=70
registry_person @P2 #H1 household_no=H1 age=NULL
hukou @P1 household_no=K1
hukou @P3 household_no=K3 split_from=K1 split_date=2017-10-01
asset_check @P3 kind=车辆
"""
expect = []

[[example]]
case = "从哪户分出看不出：可能是同村的任何一户，不判断；别村的户不受影响"
given = """
registry_household #H1 household_no=H1
registry_person @P1 #H1 household_no=H1 age=70
hukou @P1 household_no=K1
hukou @P2 household_no=K2 split_from=? split_date=2017-10-01
asset_check @P2 kind=车辆
registry_household #H3 household_no=H3
registry_person @P3 #H3 household_no=H3 age=70
hukou @P3 household_no=K3 village_code=410621100201
"""
expect = []
undecided = ["H1"]
*/
WITH young AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    CROSS JOIN parameter q
    -- Of unknown age is not old.
    WHERE p.age IS NULL OR p.age < q.old_age
)
SELECT
    h.household_id AS subject_id, h.record_id || ';' || k.record_id || ';' || a.record_id AS evidence, a.kind AS kind
FROM poor_person p
JOIN registry_household h ON h.household_no = p.household_no
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN hukou own ON own.person_id = p.person_id
JOIN hukou k ON k.split_from = own.household_no
JOIN asset_check a ON a.person_id = k.person_id
CROSS JOIN parameter q
LEFT JOIN young y ON y.household_no = p.household_no
WHERE y.household_no IS NULL
    AND k.split_date > q.split_date_from AND k.village_code = own.village_code
    AND (a.explained IS NULL OR a.explained = 0)
