/*
code = "R73"
title = "四类对象危房未纳入台账"
why = "建档立卡户登记住危房，危房改造台账里却没有这一户，住房安全可能无人过问。"
policy = { clause = "二(三)5", quote = "加强建档立卡贫困户、农村分散供养特困人员、低保户、贫困残疾人家庭等四类重点对象危房存量和对象信息的动态比对审核" }
owner = "住房和城乡建设局"
severity = "S1"
subject = "household"
sources = ["registry_household", "registry_person", "housing"]
optional_sources = ["tekun", "relocation", "deceased", "insurance"]
absent_from = [{ list = "housing", of = "registry_person" }]
due_days = 15
advice = [
    "到现场看房，请住建部门按程序鉴定危险等级",
    "属C、D级的纳入当年改造计划；另有安全住房、与子女同住或已搬迁的，注明并更正登记",
    "查台账是否以其他家庭成员姓名或错误证号登记",
]
message = "该户登记为危房户（级别{danger_level}），全家不在危房改造台账中。"
related = ["R14"]

[[example]]
case = "危房户不在台账：列为疑点"
given = """
registry_household @P1 #H1 dangerous_house=1
registry_person @P1 #H1
"""
expect = ["H1 <- registry_household:1 registry_person:1"]

[[example]]
case = "未标危房户但级别为C：列为疑点；级别为B：不列"
given = """
registry_household @P1 #H1 dangerous_house=0 danger_level=C
registry_household @P2 #H2 dangerous_house=0 danger_level=B
registry_household @P3 #H3 danger_level=D
"""
expect = ["H1", "H3"]

[[example]]
case = "成员在台账：不列"
given = """
registry_household @P1 #H1 dangerous_house=1
registry_person @P1 #H1
registry_person @P2 #H1
housing @P2 #H8
"""
expect = []

[[example]]
case = "本户在台账：不列"
given = """
registry_household @P1 #H1 dangerous_house=1
registry_person @P1 #H1
housing @P8 #H1
"""
expect = []

[[example]]
case = "在台账的是已不在册的人：列为疑点"
given = """
registry_household @P1 #H1 dangerous_house=1
registry_person @P1 #H1
registry_person @P2 #H1 person_status=死亡
housing @P2 #H8
"""
expect = ["H1"]

[[example]]
case = "不再享受政策：不列"
given = """
registry_household @P1 #H1 dangerous_house=1 exit_status=已脱贫(不再享受政策)
"""
expect = []

[[example]]
case = "全户集中供养：不列；分散供养、还有其他成员：列为疑点"
given = """
registry_household @P1 #H1 dangerous_house=1
registry_person @P1 #H1
tekun @P1 support_mode=集中
registry_household @P2 #H2 dangerous_house=1
registry_person @P2 #H2
tekun @P2
registry_household @P3 #H3 dangerous_house=1
registry_person @P3 #H3
registry_person @P4 #H3
tekun @P3 support_mode=集中
"""
expect = ["H2", "H3"]

[[example]]
case = "已易地搬迁入住：不列；下季度才入住：列为疑点；脱贫标志未填：列为疑点"
given = """
registry_household @P1 #H1 dangerous_house=1
registry_person @P1 #H1
relocation @P1 move_in_date=2018-01-01
registry_household @P2 #H2 dangerous_house=1 exit_status=NULL
registry_person @P2 #H2
relocation @P2 move_in_date=2018-10-01
"""
expect = ["H2"]

[[example]]
case = "在册成员都已登记死亡、都是本季度才识别的户：不列；季度前一天识别、还有人在世的：列为疑点"
given = """
registry_household #H1 household_no=H1 dangerous_house=1
registry_person @P1 #H1 household_no=H1
deceased @P1 death_date=2018-05-01
registry_household #H2 household_no=H2 dangerous_house=1
registry_person @P2 #H2 household_no=H2 identified_date=2018-07-01
registry_household #H3 household_no=H3 dangerous_house=1
registry_person @P3 #H3 household_no=H3 identified_date=2018-06-30
registry_household #H4 household_no=H4 dangerous_house=1
registry_person @P4 #H4 household_no=H4
deceased @P4 death_date=2018-05-01
registry_person @P5 #H4 household_no=H4
"""
expect = ["H3", "H4"]
*/
WITH member_on_ledger AS (
    SELECT DISTINCT p.household_no
    FROM poor_person p
    JOIN housing o ON o.person_id = p.person_id
),
household_on_ledger AS (
    SELECT DISTINCT o.household_id
    FROM housing o
)
SELECT
    h.household_id AS subject_id,
    v.record_id AS evidence,
    v.evidence_order AS evidence_order,
    h.danger_level AS danger_level
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
ANTI JOIN waiting_household waiting ON waiting.household_no = h.household_no
JOIN registry_evidence v ON v.household_no = h.household_no
LEFT JOIN member_on_ledger m ON m.household_no = h.household_no
LEFT JOIN household_on_ledger l ON l.household_id = h.household_id
LEFT JOIN housed_elsewhere c ON c.household_no = h.household_no
WHERE (h.dangerous_house = 1 OR h.danger_level IN ('C', 'D'))
    AND m.household_no IS NULL AND l.household_id IS NULL AND c.household_no IS NULL
