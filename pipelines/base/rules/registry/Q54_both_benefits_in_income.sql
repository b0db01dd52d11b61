/*
code = "Q54"
title = "同时登记低保金和五保金"
why = "特困供养已包含基本生活费，同一户两项收入都大于零，或是录错，或是重复领取。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S2"
subject = "household"
sources = ["registry_household", "registry_person"]
optional_sources = ["dibao", "tekun"]
columns = ["registry_household.dibao_income_fen", "registry_household.tekun_income_fen"]
due_days = 30
advice = [
    "核对民政部门审批表和一卡通发放记录",
    "按实际领取情况更正收入明细或贫困户属性",
]
message = "该户{members}名在册成员，收入中既有低保金{dibao_income_fen}，又有五保金{tekun_income_fen}。"
related = ["R14", "R08"]

[[example]]
case = "独居户两项都有：列为疑点"
given = """
registry_household #H1 dibao_income_fen=1 tekun_income_fen=1
registry_person @P1 #H1
"""
expect = ["H1 <- registry_household:1"]

[[example]]
case = "只有一项、未填：不列"
given = """
registry_household #H1 dibao_income_fen=1 tekun_income_fen=0
registry_person @P1 #H1
registry_household #H2 dibao_income_fen=0 tekun_income_fen=1
registry_person @P2 #H2
registry_household #H3
registry_person @P3 #H3
"""
expect = []

[[example]]
case = "多口之家可以一人低保、一人特困：不列"
given = """
registry_household #H1 dibao_income_fen=1 tekun_income_fen=1
registry_person @P1 #H1
registry_person @P2 #H1
dibao @P1 household_no=D1
tekun @P2
"""
expect = []

[[example]]
case = "另一成员已死亡：列为疑点；不再享受政策：不列"
given = """
registry_household #H1 dibao_income_fen=1 tekun_income_fen=1
registry_person @P1 #H1
registry_person @P2 #H1 person_status=死亡
registry_household #H2 dibao_income_fen=1 tekun_income_fen=1 exit_status=已脱贫(不再享受政策)
registry_person @P3 #H2
"""
expect = ["H1"]

[[example]]
case = "两口之家：同样列为疑点"
given = """
registry_household #H1 dibao_income_fen=200000 tekun_income_fen=400000
registry_person @P1 #H1
registry_person @P2 #H1
"""
expect = ["H1"]

[[example]]
case = "同一人低保、特困名单都有：列为疑点"
given = """
registry_household #H1 dibao_income_fen=200000 tekun_income_fen=400000
registry_person @P1 #H1
dibao @P1 household_no=D1
tekun @P1
"""
expect = ["H1"]
*/
-- One member on dibao, another supported as tekun: both incomes are right.
WITH each_his_own AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN dibao_active d ON d.person_id = p.person_id
    JOIN poor_person o ON o.household_no = p.household_no
    JOIN tekun_active t ON t.person_id = o.person_id
    WHERE o.person_id <> p.person_id
),
family AS (
    SELECT p.household_no, COUNT(*) AS members FROM poor_person p GROUP BY p.household_no
)
SELECT
    h.household_id AS subject_id, h.record_id AS evidence, f.members AS members,
    h.dibao_income_fen AS dibao_income_fen, h.tekun_income_fen AS tekun_income_fen
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN family f ON f.household_no = h.household_no
LEFT JOIN each_his_own e ON e.household_no = h.household_no
WHERE e.household_no IS NULL AND h.dibao_income_fen > 0 AND h.tekun_income_fen > 0
