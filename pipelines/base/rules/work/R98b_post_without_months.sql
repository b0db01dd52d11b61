/*
code = "R98b"
title = "公益性岗位与登记的务工月数矛盾"
why = "劳动力台账写着在公益性岗位，登记表务工月数为零：不是岗位空挂，就是登记没有更新。"
policy = { clause = "二(二)2", quote = "多方开发就业公益性岗位安置贫困劳动力" }
owner = "人力资源和社会保障局"
severity = "S3"
subject = "person"
sources = ["registry_person", "labour"]
optional_sources = ["deceased", "insurance", "registry_household"]
due_days = 60
advice = [
    "核对岗位协议、考勤和工资发放",
    "在岗的更新登记表务工月数，不在岗的从台账销去",
]
message = "劳动力台账登记在公益性岗位，登记表务工0个月。"
related = ["R14", "R96b"]

[[example]]
case = "在岗而月数为零：列为疑点"
given = """
registry_person @P1 work_months=0
labour @P1 employment=公益性岗位
"""
expect = ["P1 <- registry_person:1 labour:1"]

[[example]]
case = "有月数、月数没有填写、别的就业方式、已不在册、本季度才识别：不列"
given = """
registry_person @P1 work_months=1
labour @P1 employment=公益性岗位
registry_person @P2
labour @P2 employment=公益性岗位
registry_person @P3 work_months=0
labour @P3 employment=转移就业
registry_person @P4 work_months=0 person_status=死亡
labour @P4 employment=公益性岗位
registry_person @P5 work_months=0 identified_date=2018-07-01
labour @P5 employment=公益性岗位
"""
expect = []

[[example]]
case = "就业状态或月数看不出：不判断"
given = """
registry_person @P1 work_months=0
labour @P1 employment=?
registry_person @P2 work_months=?
labour @P2 employment=公益性岗位
"""
expect = []
undecided = ["P1", "P2"]
*/
SELECT p.person_id AS subject_id, p.record_id || ';' || l.record_id AS evidence
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
JOIN labour l ON l.person_id = p.person_id
WHERE l.employment = '公益性岗位' AND p.work_months = 0
