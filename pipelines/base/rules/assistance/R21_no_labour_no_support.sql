/*
code = "R21"
title = "无劳动力未兜底"
why = "未脱贫、预脱贫、返贫家庭没有劳动力（只有弱劳动力的，政策说的“部分丧失劳动能力”）、无产业、无人稳定务工，本人也没有享受低保或特困供养，基本生活缺少兜底。"
policy = { clause = "二(一)2", quote = "为完全丧失劳动能力和部分丧失劳动能力且无法依靠产业就业帮扶脱贫的贫困人口提供兜底保障" }
owner = "民政局"
severity = "S1"
subject = "person"
sources = ["registry_household", "registry_person", "dibao", "tekun"]
optional_sources = ["deceased", "industry_support", "insurance", "labour"]
absent_from = [
    { list = "dibao", of = "registry_person", rows = "protected_or_granted" },
    { list = "tekun", of = "registry_person", rows = "protected_or_granted" },
]
due_days = 30
advice = [
    "核实劳动能力和家庭收入来源",
    "符合条件的帮助申请低保或特困供养；劳动能力登记有误的更正",
]
message = "该人员{labour_ability}，全家没有劳动力，也没有人稳定务工，也没有产业帮扶，未享受低保或特困供养。"
explained_by = ["R02"]
related = ["R14", "R02"]

[[example]]
case = "无劳动力、无人务工、未兜底：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=16 labour_ability=丧失劳动力
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "未满16周岁、有劳动能力：不列；弱劳动力而没有产业、务工：列为疑点，有产业帮扶或家人就业：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=15 labour_ability=无劳动力
registry_household @P2 #H2
registry_person @P2 #H2 age=40 labour_ability=弱劳动力或半劳动力
registry_household @P3 #H3
registry_person @P3 #H3 age=40 labour_ability=弱劳动力或半劳动力
industry_support @P3 year=2018
registry_household @P4 #H4
registry_person @P4 #H4 age=40 labour_ability=弱劳动力或半劳动力
labour @P4 employment=公益性岗位
"""
expect = ["P2"]

[[example]]
case = "家中有劳动力或有人稳定务工：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=70 labour_ability=无劳动力
registry_person @P2 #H1 age=40 labour_ability=技能劳动力
registry_household @P3 #H3
registry_person @P3 #H3 age=70 labour_ability=无劳动力
registry_person @P4 #H3 age=40 labour_ability=弱劳动力或半劳动力 work_months=3
"""
expect = []

[[example]]
case = "已享受低保，或已批准、下月起发：不列；已脱贫：不列"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=70 labour_ability=无劳动力
dibao @P1 household_no=D1
registry_household @P3 #H3
registry_person @P3 #H3 age=70 labour_ability=无劳动力
dibao @P3 household_no=D3 start_month=201810
registry_household @P2 #H2 exit_status=已脱贫(享受政策)
registry_person @P2 #H2 age=70 labour_ability=无劳动力
"""
expect = []

[[example]]
case = "务工不足3个月：列为疑点"
given = """
registry_household @P1 #H1 exit_status=返贫
registry_person @P1 #H1 age=70 labour_ability=无劳动力 work_months=2
"""
expect = ["P1"]

[[example]]
case = "预脱贫：列为疑点；公安登记死亡的不算劳动力，也不再列"
given = """
registry_household @P1 #H1 exit_status=预脱贫
registry_person @P1 #H1 age=70 labour_ability=无劳动力
registry_person @P2 #H1 age=40 labour_ability=普通劳动力
deceased @P2 death_date=2018-01-05
registry_household @P3 #H3
registry_person @P3 #H3 age=70 labour_ability=无劳动力
deceased @P3 death_date=2018-01-05
"""
expect = ["P1"]

[[example]]
case = "家中另有成年人劳动能力没有填写：看不出没有劳动力，不列；未填的未满16周岁：列为疑点"
given = """
registry_household @P1 #H1
registry_person @P1 #H1 age=50 labour_ability=无劳动力
registry_person @P2 #H1 age=30
registry_household @P3 #H3
registry_person @P3 #H3 age=50 labour_ability=无劳动力
registry_person @P4 #H3 age=10
registry_household @P5 #H5
registry_person @P5 #H5 age=50 labour_ability=无劳动力
registry_person @P6 #H5 age=NULL
"""
expect = ["P3"]
*/
WITH supported AS (
    SELECT p.household_no
    FROM poor_person p
    SEMI JOIN alive_registered a ON a.record_id = p.record_id
    CROSS JOIN parameter q
    WHERE p.labour_ability IN ('普通劳动力', '技能劳动力') OR p.work_months >= q.steady_work_months
        -- Nobody wrote down whether this one can work.
        OR (p.labour_ability IS NULL AND (p.age IS NULL OR p.age >= q.labour_age_from))
    UNION
    SELECT i.household_no
    FROM supported_household i
    UNION
    SELECT w.household_no
    FROM working_household w
)
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.labour_ability AS labour_ability
FROM poor_person p
CROSS JOIN parameter q
SEMI JOIN alive_registered a ON a.record_id = p.record_id
SEMI JOIN poor_household b ON b.household_no = p.household_no
LEFT JOIN supported s ON s.household_no = p.household_no
LEFT JOIN protected_or_granted c ON c.person_id = p.person_id
WHERE p.labour_ability IN ('丧失劳动力', '无劳动力', '弱劳动力或半劳动力')
    AND p.age >= q.labour_age_from
    AND s.household_no IS NULL AND c.person_id IS NULL
