/*
code = "R106"
title = "致贫原因缺少佐证"
why = "主要致贫原因在建档立卡成员信息和民政、医保、教育名单中都找不到对应情况，帮扶措施难以对症。"
policy = { clause = "序言", quote = "因病、因残致贫的比例高达71.29%" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household", "registry_person"]
optional_sources = ["insurance", "tekun", "student", "chronic_approval", "disability_certificate"]
absent_from = [
    { list = "chronic_approval", of = "registry_person" },
    { list = "disability_certificate", of = "registry_person", rows = "certificate_valid" },
    { list = "student", of = "registry_person" },
]
due_days = 60
advice = [
    "核实成员健康、残疾、就学情况",
    "据实更正致贫原因或成员信息",
    "原因已消除的，在动态管理时调整",
]
message = "该户主要致贫原因为“{cause}”，在册成员在各部门名单中都没有相应情况。"
related = ["R14", "Q47", "Q48", "Q49"]

[[example]]
case = "因病而全家健康、因残而无残疾、因学而无学生：列为疑点"
given = """
registry_household #H1 cause_primary=因病
registry_person @P1 #H1 health=健康
registry_household #H2 cause_primary=因残
registry_person @P2 #H2 health=长期慢性病
registry_household #H3 cause_primary=因学
registry_person @P3 #H3 student_status=非在校生
"""
expect = ["H1 <- registry_household:1 registry_person:1", "H2 <- registry_household:2 registry_person:2", "H3 <- registry_household:3 registry_person:3"]

[[example]]
case = "有对应成员：不列"
given = """
registry_household #H1 cause_primary=因病
registry_person @P1 #H1 health=患有大病
registry_household #H2 cause_primary=因残
registry_person @P2 #H2 health=健康 id_class=CERT20
registry_household #H3 cause_primary=因学
registry_person @P3 #H3 student_status=小学
registry_household #H4 cause_primary=因残
registry_person @P4 #H4 health=残疾
"""
expect = []

[[example]]
case = "其他部门的名单能佐证：不列"
given = """
registry_household #H1 cause_primary=因残
registry_person @P1 #H1 health=健康
insurance @P1 insured_category=重度残疾
registry_household #H2 cause_primary=因残
registry_person @P2 #H2 health=健康
tekun @P2 self_care=半护理
registry_household #H3 cause_primary=因残
registry_person @P3 #H3 health=健康
student @P3 disabled=1
registry_household #H4 cause_primary=因学
registry_person @P4 #H4 student_status=非在校生
student @P4 stage=高校
registry_household #H5 cause_primary=因病
registry_person @P5 #H5 health=健康
tekun @P5 self_care=全护理
"""
expect = []

[[example]]
case = "其他部门的记录与原因无关、已毕业：列为疑点"
given = """
registry_household #H1 cause_primary=因残
registry_person @P1 #H1 health=健康
insurance @P1 insured_category=普通居民
registry_household #H2 cause_primary=因残
registry_person @P2 #H2 health=健康
tekun @P2 self_care=全自理
student @P2 disabled=0
registry_household #H3 cause_primary=因学
registry_person @P3 #H3 student_status=非在校生
student @P3 stage=高校 status=毕业
"""
expect = ["H1", "H2", "H3"]

[[example]]
case = "其他原因、已脱贫（原因可能已消除）：不列"
given = """
registry_household #H1 cause_primary=缺技术
registry_person @P1 #H1 health=健康
registry_household #H2 cause_primary=因病 exit_status=已脱贫(享受政策)
registry_person @P2 #H2 health=健康
registry_household #H3 cause_primary=因病 exit_status=已脱贫(不再享受政策)
registry_person @P3 #H3 health=健康
"""
expect = []

[[example]]
case = "生病的成员已不在册、在校状况未填：列为疑点"
given = """
registry_household #H1 cause_primary=因病
registry_person @P1 #H1 health=健康
registry_person @P2 #H1 health=患有大病 person_status=死亡
registry_household #H2 cause_primary=因学 exit_status=返贫
registry_person @P3 #H2
registry_household #H3 cause_primary=因残 exit_status=预脱贫
registry_person @P4 #H3
"""
expect = ["H1", "H2", "H3"]

[[example]]
case = "慢特病备案佐证因病、有效残疾人证佐证因残：不列"
given = """
registry_household #H1 cause_primary=因病
registry_person @P1 #H1 health=健康
chronic_approval @P1 status=有效
registry_household #H2 cause_primary=因残
registry_person @P2 #H2 health=健康
disability_certificate @P2 status=有效 grade=三级
"""
expect = []

[[example]]
case = "备案已终止、只有慢特病备案的因残户：列为疑点"
given = """
registry_household #H1 cause_primary=因病
registry_person @P1 #H1 health=健康
chronic_approval @P1 status=终止
registry_household #H2 cause_primary=因残
registry_person @P2 #H2 health=健康
chronic_approval @P2 status=有效
"""
expect = ["H1", "H2"]

[[example]]
case = "佐证这一原因的名单里有一条很可能就是某一成员：待确认；别的名单的、过期的残疾证：照列"
given = """
registry_household #H1 cause_primary=因病
registry_person @P1 #H1 health=健康
chronic_approval @P8
near_miss source=chronic_approval record_id=registry_person:1 candidate=chronic_approval:1
registry_household #H2 cause_primary=因残
registry_person @P2 #H2 health=健康
disability_certificate @P9
near_miss source=disability_certificate record_id=registry_person:2 candidate=disability_certificate:1
registry_household #H3 cause_primary=因学
registry_person @P3 #H3 student_status=非在校生
student @P10
near_miss source=student record_id=registry_person:3 candidate=student:1
registry_household #H4 cause_primary=因残
registry_person @P4 #H4 health=健康
near_miss source=student record_id=registry_person:4 candidate=student:1
registry_household #H5 cause_primary=因残
registry_person @P5 #H5 health=健康
disability_certificate @P11 valid_until=2017-12-31
near_miss source=disability_certificate record_id=registry_person:5 candidate=disability_certificate:2
"""
expect = ["H1 待确认", "H2 待确认", "H3 待确认", "H4", "H5"]

[[example]]
case = "备案没有写明状态：也算佐证"
given = """
registry_household @P1 #H1 household_no=H1 cause_primary=因病
registry_person @P1 #H1 household_no=H1 health=健康
chronic_approval @P1 status=NULL
"""
expect = []
*/
WITH elsewhere AS (
    SELECT t.person_id, 1 AS ill, 1 AS disabled, 0 AS studying
    FROM tekun_active t
    WHERE t.self_care IN ('半护理', '全护理')
    UNION ALL
    SELECT i.person_id, 1 AS ill, 1 AS disabled, 0 AS studying
    FROM insurance i
    WHERE i.insured_category = '重度残疾'
    UNION ALL
    SELECT c.person_id, 1 AS ill, 1 AS disabled, 0 AS studying
    FROM certificate_valid c
    UNION ALL
    SELECT a.person_id, 1 AS ill, 0 AS disabled, 0 AS studying
    FROM chronic_approval a
    WHERE a.status IS NULL OR a.status = '有效'
    UNION ALL
    SELECT s.person_id, 0 AS ill, CASE WHEN s.disabled = 1 THEN 1 ELSE 0 END AS disabled,
        CASE WHEN s.status = '在读' THEN 1 ELSE 0 END AS studying
    FROM student s
),
family AS (
    SELECT
        p.household_no,
        MAX(CASE WHEN p.health <> '健康' OR e.ill = 1 THEN 1 ELSE 0 END) AS ill,
        MAX(CASE WHEN p.health LIKE '%残疾%' OR p.id_class IN ('CERT20', 'CERT22') OR e.disabled = 1 THEN 1 ELSE 0 END) AS disabled,
        MAX(CASE WHEN (p.student_status IS NOT NULL AND p.student_status <> '非在校生') OR e.studying = 1 THEN 1 ELSE 0 END) AS studying
    FROM poor_person p
    LEFT JOIN elsewhere e ON e.person_id = p.person_id
    GROUP BY p.household_no
)
SELECT h.household_id AS subject_id, v.record_id AS evidence, v.evidence_order AS evidence_order, h.cause_primary AS cause,
    CASE h.cause_primary WHEN '因病' THEN 'chronic_approval' WHEN '因残' THEN 'disability_certificate' ELSE 'student' END AS missing_from
FROM registry_household h
SEMI JOIN poor_household still_poor ON still_poor.household_no = h.household_no
JOIN family f ON f.household_no = h.household_no
JOIN registry_evidence v ON v.household_no = h.household_no
WHERE ((h.cause_primary = '因病' AND f.ill = 0)
        OR (h.cause_primary = '因残' AND f.disabled = 0)
        OR (h.cause_primary = '因学' AND f.studying = 0))
