/*
# A field of the monitoring system's household that is blank, one rule for each field that other rules count with.
code = "{{code}}"
title = "{{title}}"
why = "{{why}}"
policy = { clause = "一(八)", quote = "监测信息逐月更新，联系方式、务工、劳动能力等如实填写" }
owner = "农业农村局"
severity = "S3"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.{{column}}"]
due_days = 30
advice = "{{advice}}"
message = "{{label}}没有填写。"

[each]
advice = ["查识别、评议和公示材料，补录监测系统"]

[[for_each]]
code = "M43"
column = "identified_month"
of = "monitored_household"
title = "监测对象识别时间未填"
label = "监测对象识别时间"
why = "没有识别时间，措施落实、消除快慢都数不出来。"

[[for_each.example]]
case = "监测户没有识别时间：列为疑点；已消除的也列"
given = """
registry_household #H1 identified_month=NULL
registry_household #H2 identified_month=NULL risk_status=已消除
registry_household #H9
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[for_each.example]]
case = "填了的、脱贫户：不列；看不清：不判断"
given = """
registry_household #H1
registry_household #H2 identified_month=NULL household_type=脱贫户
registry_household #H3 identified_month=?
"""
expect = []
undecided = ["H3"]

[[for_each]]
code = "M44"
column = "risk_status"
of = "monitored_household"
title = "监测对象风险是否消除未填"
label = "风险是否已消除"
why = "没有填写，说不清这户还在不在监测。"

[[for_each.example]]
case = "监测户没有填写：列为疑点"
given = """
registry_household #H1 risk_status=NULL
registry_household #H9
"""
expect = ["H1 <- registry_household:1"]

[[for_each.example]]
case = "填了的、脱贫户：不列；看不清：不判断"
given = """
registry_household #H1
registry_household #H2 risk_status=NULL household_type=脱贫户
registry_household #H3 risk_status=?
"""
expect = []
undecided = ["H3"]

[[for_each]]
code = "M45"
column = "eliminated_month"
of = "released_household"
title = "风险已消除而消除时间未填"
label = "风险消除时间"
why = "没有消除时间，看不出是不是识别不久就消除。"

[[for_each.example]]
case = "已消除没有消除时间：列为疑点"
given = """
registry_household #H1 risk_status=已消除 elimination_mode=帮扶消除
registry_household #H9 risk_status=已消除 elimination_mode=帮扶消除 eliminated_month=202501
"""
expect = ["H1 <- registry_household:1"]

[[for_each.example]]
case = "填了的、未消除、脱贫户：不列；看不清：不判断"
given = """
registry_household #H1 risk_status=已消除 eliminated_month=202501
registry_household #H2
registry_household #H3 household_type=脱贫户 risk_status=已消除
registry_household #H4 risk_status=已消除 eliminated_month=?
"""
expect = []
undecided = ["H4"]

[[for_each]]
code = "M46"
column = "elimination_mode"
of = "released_household"
title = "风险已消除而消除方式未填"
label = "风险消除方式"
why = "没有消除方式，分不出是帮扶消除还是去世、迁出自然消除。"

[[for_each.example]]
case = "已消除没有消除方式：列为疑点"
given = """
registry_household #H1 risk_status=已消除
registry_household #H9 risk_status=已消除 elimination_mode=自然消除
"""
expect = ["H1 <- registry_household:1"]

[[for_each.example]]
case = "填了的、未消除、脱贫户：不列；看不清：不判断"
given = """
registry_household #H1 risk_status=已消除 elimination_mode=帮扶消除
registry_household #H2
registry_household #H3 household_type=脱贫户 risk_status=已消除
registry_household #H4 risk_status=已消除 elimination_mode=?
"""
expect = []
undecided = ["H4"]

[[for_each]]
code = "M47"
column = "per_capita_income_fen"
of = "registry_household"
title = "人均纯收入未填"
label = "人均纯收入"
why = "收入是识别、消除和与低收入人口比对的基础。"
advice = ["入户核算上年度收入，补录监测系统"]

[[for_each.example]]
case = "监测户、脱贫户没有填写：列为疑点"
given = """
registry_household #H1
registry_household #H2 household_type=脱贫户
registry_household #H9 per_capita_income_fen=1200000
"""
expect = ["H1 <- registry_household:1", "H2 <- registry_household:2"]

[[for_each.example]]
case = "填了的：不列；看不清：不判断"
given = """
registry_household #H1 per_capita_income_fen=0
registry_household #H2 per_capita_income_fen=?
"""
expect = []
undecided = ["H2"]

[[for_each]]
code = "M48"
column = "household_type"
of = "registry_household"
title = "户类型未填"
label = "户类型"
why = "没有户类型，分不出监测户和脱贫户，该查的都查不到。"

[[for_each.example]]
case = "没有填写：列为疑点"
given = """
registry_household #H1 household_type=NULL
registry_household #H9
"""
expect = ["H1 <- registry_household:1"]

[[for_each.example]]
case = "填了的：不列；看不清：不判断"
given = """
registry_household #H1 household_type=脱贫户
registry_household #H2 household_type=?
"""
expect = []
undecided = ["H2"]
*/
SELECT h.household_id AS subject_id, h.record_id AS evidence
FROM {{of}} h
WHERE h.{{column}} IS NULL
