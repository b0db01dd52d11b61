/*
code = "Q73"
title = "人均耕地面积异常"
why = "人均耕地面积远超当地实际，多为单位（亩、平方米）或小数点录错，会影响产业帮扶和收入核算。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
columns = ["registry_household.land_area_centi"]
due_days = 60
advice = [
    "对照土地（林权）承包合同核对耕地面积和单位",
    "据实更正",
]
message = "该户在册{members}人，登记的耕地面积人均超过{most_mu}亩。"
related = ["R14"]

[[example]]
case = "超过：列为疑点"
given = """
registry_household #H1 land_area_centi=3333351
registry_person @P1 #H1
registry_person @P2 #H1 person_status=死亡
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "正好、按人数摊不超过、未填、没有在册成员、不再享受政策：不列"
given = """
registry_household #H1 land_area_centi=3333350
registry_person @P1 #H1
registry_household #H2 land_area_centi=3333351
registry_person @P2 #H2
registry_person @P3 #H2
registry_household #H3
registry_person @P4 #H3
registry_household #H4 land_area_centi=30000150
registry_household #H5 land_area_centi=30000150 exit_status=已脱贫(不再享受政策)
registry_person @P5 #H5
"""
expect = []
*/
WITH family AS (
    SELECT p.household_no, COUNT(*) AS members FROM poor_person p GROUP BY p.household_no
)
SELECT h.household_id AS subject_id, h.record_id AS evidence, f.members AS members, q.land_per_person_most_mu AS most_mu
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
CROSS JOIN parameter q
JOIN family f ON f.household_no = h.household_no
-- One mu is 66667 hundredths of a square metre.
WHERE h.land_area_centi > q.land_per_person_most_mu * 66667 * f.members
