/*
code = "M06"
title = "监测对象没有低收入人口身份"
why = "监测对象与低收入人口要相互比对，符合条件的相互纳入。"
policy = { clause = "二(六)", quote = "监测对象与低收入人口相互比对，符合条件的相互纳入" }
owner = "民政局"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person", "low_income"]
optional_sources = ["deceased"]
absent_from = [{ list = "low_income", of = "registry_person", rows = "pool_person" }]
due_days = 30
advice = [
    "民政核对收入支出，符合条件的纳入低收入人口",
    "不符合的写明理由",
]
message = "{household_type}，全家没有一人在低收入人口库。"

[[example]]
case = "全家不在库：列为疑点；一人在库：不列"
given = """
registry_household #H1
registry_person @P1 #H1
registry_household #H2
registry_person @P2 #H2
registry_person @P3 #H2
low_income @P3 category=其他
"""
expect = ["H1 <- registry_person:1"]

[[example]]
case = "脱贫户、风险已消除、没有在册的人：不列；在库的已退出、去世：列为疑点"
given = """
registry_household #H1 household_type=脱贫户 risk_status=NULL
registry_person @P1 #H1
registry_household #H2 risk_status=已消除
registry_person @P2 #H2
registry_household #H3
registry_household #H4
registry_person @P4 #H4
low_income @P4 stop_month=202501
registry_household #H5
registry_person @P5 #H5
registry_person @P6 #H5
low_income @P6
deceased @P6
"""
expect = ["H4", "H5"]

[[example]]
case = "类别没有填写是否消除：视为未消除，列为疑点"
given = """
registry_household #H1 risk_status=NULL
registry_person @P1 #H1
"""
expect = ["H1"]
*/
WITH in_pool AS (
    SELECT DISTINCT p.household_no
    FROM current_person p
    SEMI JOIN pool_person l ON l.person_id = p.person_id
)
SELECT h.household_id AS subject_id, p.record_id AS evidence, h.household_type AS household_type
FROM watched_household h
JOIN current_person p ON p.household_no = h.household_no
ANTI JOIN in_pool l ON l.household_no = h.household_no
