/*
# A field of the household's registration form that is blank, one rule for each field.
code = "{{code}}"
title = "{{title}}"
why = "{{why}}"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.{{column}}"]
due_days = 60
advice = "{{advice}}"
message = "{{label}}没有填写{{or_zero}}。"
related = ["R14"]

# `blank`: what counts as blank; `other` (in the examples): another field that the county did fill in.
[each]
advice = ["查户口簿、身份证或登记表，补正建档立卡信息"]
blank = "h.{{column}} IS NULL"
or_zero = ""
other = "cause_primary=因病"

[[for_each]]
code = "Q36"
column = "cause_primary"
title = "主要致贫原因未填"
label = "主要致贫原因"
why = "致贫原因决定帮扶措施。"
filled = "因病"
other = "production_power=1"

[[for_each]]
code = "Q37"
column = "production_power"
title = "生产用电未填"
label = "“是否通生产用电”"
why = "是否通生产用电（动力电）是贫困户登记表必填项，不填就看不出产业发展的基础条件。"
filled = "1"
advice = ["入户查看是否接通380伏动力电，按实际情况补录", "补录后在下次导出中核对是否已保存"]

[[for_each]]
code = "Q37b"
column = "per_capita_income_fen"
title = "人均纯收入未填"
label = "人均纯收入"
why = "收入是识别、退出和低保比对的基础。"
filled = "500000"
advice = ["按上年度收入核算后补录"]

[[for_each]]
code = "Q38"
column = "cooperative"
title = "是否加入合作社未填"
label = "“是否加入农民专业合作组织”"
why = "是否加入农民专业合作组织是登记表必填项，也是产业带动、分红的依据。"
filled = "0"
advice = ["核对合作社成员名册或入社协议", "补录登记，已退社的据实填写"]

[[for_each]]
code = "Q39"
column = "road_distance_centi"
title = "与村主干路距离未填"
label = "“与村主干路距离”"
why = "与村主干路距离是登记表必填项，反映出行条件。"
filled = "50"
advice = ["入户查看住房到村主干路的距离（公里），按实际情况补录", "补录后在下次导出中核对是否已保存"]

[[for_each]]
code = "Q40"
column = "entry_road"
title = "入户路类型未填"
label = "“入户路类型”"
why = "入户路类型是登记表必填项，是入户路硬化项目的底数。"
filled = "水泥路"
advice = ["查看入户路面（泥土、砂石、水泥、沥青），按实际补录", "补录后在下次导出中核对是否已保存"]

[[for_each]]
code = "Q41"
column = "house_area_centi"
title = "住房面积未填"
label = "住房面积"
why = "住房面积是住房安全的基本信息。"
filled = "5000"
advice = ["实地丈量后补录；租住、借住的注明"]
or_zero = "或为零"
blank = "(h.{{column}} IS NULL OR h.{{column}} = 0)"

[[for_each.example]]
case = "面积为零：列为疑点"
given = """
registry_household #H1 house_area_centi=0
registry_household #Z house_area_centi=5000
"""
expect = ["H1 <- registry_household:1"]

[[for_each]]
code = "Q42"
column = "living_power"
title = "生活用电未填"
label = "“是否通生活用电”"
why = "是否通生活用电是登记表必填项，属于基本生活条件。"
filled = "1"
advice = ["入户查看用电情况，按实际情况补录", "补录后在下次导出中核对是否已保存"]

[[for_each]]
code = "Q43"
column = "drinking_water_difficult"
title = "饮水是否困难未填"
label = "“饮水是否困难”"
why = "饮水情况是“两不愁”的必填项。"
filled = "0"

[[for_each]]
code = "Q44"
column = "drinking_water_safe"
title = "饮水是否安全未填"
label = "“饮水是否安全”"
why = "饮水情况是“两不愁”的必填项。"
filled = "1"

[[for_each]]
code = "Q45"
column = "fuel"
title = "主要燃料类型未填"
label = "“主要燃料类型”"
why = "主要燃料类型是登记表必填项，是清洁取暖、改厨项目的底数。"
filled = "煤炭"
advice = ["入户查看做饭取暖所用燃料，按实际情况补录", "补录后在下次导出中核对是否已保存"]

[[for_each]]
code = "Q46"
column = "toilet"
title = "有无卫生厕所未填"
label = "“有无卫生厕所”"
why = "有无卫生厕所是登记表必填项，是改厕项目的底数。"
filled = "0"
advice = ["入户查看厕所，按实际情况补录", "补录后在下次导出中核对是否已保存"]

[[example]]
case = "未填：列为疑点"
given = """
registry_household #H1
registry_household #H2 exit_status=已脱贫(享受政策)
registry_household #Z {{column}}={{filled}}
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[example]]
case = "已填：不列"
given = """
registry_household #H1 {{column}}={{filled}}
registry_household #Z {{column}}={{filled}}
"""
expect = []

[[example]]
case = "不再享受政策：不列"
given = """
registry_household #H1 exit_status=已脱贫(不再享受政策)
registry_household #Z {{column}}={{filled}}
"""
expect = []

[[example]]
case = "本县区整列没有填（导出缺列），外县区填了：不列"
given = """
registry_household #H1
registry_household #Y {{other}} exit_status=已脱贫(不再享受政策)
registry_household #Z {{column}}={{filled}} county_code=410622
"""
expect = []
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM registry_household h
SEMI JOIN entitled_household entitled ON entitled.household_no = h.household_no
JOIN household_filled f ON f.county_code = h.county_code
WHERE f.field = '{{column}}' AND {{blank}}
