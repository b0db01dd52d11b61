/*
code = "R79"
title = "补助金额超标/等级方式不符"
why = "补助超过规定上限，或危险等级与改造方式不相称，资金使用不合规定。"
policy = { clause = "二(三)5", quote = "严格执行危房改造面积和资金补助标准" }
owner = "住房和城乡建设局"
severity = "S2"
subject = "household"
sources = ["housing"]
due_days = 30
advice = [
    "核对鉴定等级、改造方式和补助批复",
    "超标准补助的说明依据或收回",
]
message = "该户{danger_level}级，{renovate_mode}，已拨补助{subsidy_paid_fen}。"
related = ["R14"]

[[example]]
case = "C级超上限、D级超上限：列为疑点"
given = """
housing #H1 archive_no=A1 danger_level=C subsidy_paid_fen=1000001
housing #H2 archive_no=A2 danger_level=D subsidy_paid_fen=2500001
"""
expect = ["H1/A1 <- housing:1", "H2/A2 <- housing:2"]

[[example]]
case = "正好达到上限：不列"
given = """
housing #H1 danger_level=C subsidy_paid_fen=1000000
housing #H2 danger_level=D subsidy_paid_fen=2500000 renovate_mode=原址翻建
"""
expect = []

[[example]]
case = "A、B级不是危房，拨了补助：列为疑点；没有拨款、等级未填：不列"
given = """
housing #H1 archive_no=A1 danger_level=B subsidy_paid_fen=900000
housing #H2 archive_no=A2 danger_level=A subsidy_paid_fen=900000
housing #H3 archive_no=A3 danger_level=B subsidy_paid_fen=0
housing #H4 archive_no=A4 subsidy_paid_fen=900000
"""
expect = ["H1/A1", "H2/A2"]

[[example]]
case = "D级只修缮加固：列为疑点；C级修缮加固：不列"
given = """
housing #H1 archive_no=A1 danger_level=D renovate_mode=修缮加固
housing #H2 danger_level=C renovate_mode=修缮加固
"""
expect = ["H1/A1"]

[[example]]
case = "C级按翻建、新建补助：列为疑点；修缮、没有拨款：不列"
given = """
housing #H1 archive_no=A1 danger_level=C renovate_mode=原址翻建 subsidy_paid_fen=900000
housing #H2 archive_no=A2 danger_level=C renovate_mode=异地新建 subsidy_paid_fen=900000
housing #H3 archive_no=A3 danger_level=C renovate_mode=修缮加固 subsidy_paid_fen=900000
housing #H4 archive_no=A4 danger_level=C renovate_mode=原址翻建 subsidy_paid_fen=0
housing #H5 archive_no=A5 danger_level=D renovate_mode=原址翻建 subsidy_paid_fen=900000
"""
expect = ["H1/A1", "H2/A2"]

[[example]]
case = "等级未填的不按D级上限：不列"
given = """
housing #H1 archive_no=A1 subsidy_paid_fen=9000000
"""
expect = []

[[example]]
case = "各县补助上限不同：按房屋所在县的上限"
given = """
county_parameter county_code=410621 subsidy_cap_c_fen=1000000 subsidy_cap_d_fen=2500000
county_parameter county_code=410622 subsidy_cap_c_fen=1200000 subsidy_cap_d_fen=3000000
housing #H1 archive_no=A1 danger_level=C subsidy_paid_fen=1100000
housing #H2 archive_no=A2 danger_level=D subsidy_paid_fen=2800000 renovate_mode=原址翻建
housing #H3 archive_no=A3 danger_level=C subsidy_paid_fen=1100000 county_code=410622
housing #H4 archive_no=A4 danger_level=D subsidy_paid_fen=2800000 renovate_mode=原址翻建 county_code=410622
"""
expect = ["H1/A1", "H2/A2"]
*/
SELECT
    o.household_id AS subject_id, o.archive_no AS rule_key, o.record_id AS evidence,
    o.danger_level AS danger_level, o.renovate_mode AS renovate_mode, o.subsidy_paid_fen AS subsidy_paid_fen
FROM housing o
CROSS JOIN parameter q
LEFT JOIN county_parameter k ON k.county_code = o.county_code
WHERE (o.danger_level = 'C' AND o.subsidy_paid_fen > COALESCE(k.subsidy_cap_c_fen, q.subsidy_cap_c_fen))
    OR (o.danger_level = 'D' AND o.subsidy_paid_fen > COALESCE(k.subsidy_cap_d_fen, q.subsidy_cap_d_fen))
    OR (o.danger_level = 'D' AND o.renovate_mode = '修缮加固')
    OR (o.danger_level = 'C' AND o.renovate_mode IN ('原址翻建', '异地新建') AND o.subsidy_paid_fen > 0)
    OR (o.danger_level IN ('A', 'B') AND o.subsidy_paid_fen > 0)
