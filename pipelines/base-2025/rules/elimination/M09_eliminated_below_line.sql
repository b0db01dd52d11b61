/*
code = "M09"
title = "风险消除而收入低于监测范围"
why = "收入还低于监测范围，不能算风险已经稳定消除。"
policy = { clause = "一(四)", quote = "收入持续稳定、“两不愁三保障”及饮水安全持续巩固、返贫致贫风险已经稳定消除的，才标注风险消除" }
owner = "农业农村局"
severity = "S1"
subject = "household"
sources = ["registry_household"]
columns = ["registry_household.per_capita_income_fen"]
due_days = 15
advice = [
    "入户核算收入",
    "没有稳定的重新纳入监测",
]
message = "风险消除方式{elimination_mode}，人均纯收入{per_capita_income_fen}，所在县区监测范围为每年{watch_line_year_fen}。"
related = ["M10", "M11"]

[[example]]
case = "低于监测范围：列为疑点，消除方式没有填写的也列；正好等于：不列"
given = """
registry_household #H1 county_code=529799 risk_status=已消除 elimination_mode=帮扶消除 per_capita_income_fen=839999
registry_household #H2 county_code=529799 risk_status=已消除 elimination_mode=帮扶消除 per_capita_income_fen=840000
registry_household #H3 county_code=529799 risk_status=已消除 per_capita_income_fen=839999
"""
expect = ["H1 <- registry_household:1", "H3 <- registry_household:3"]

[[example]]
case = "县区自己的监测范围：低于：列为疑点；正好等于：不列；没有另定的按全市"
given = """
parameter watch_line_year_fen=840000
county_parameter county_code=529721 watch_line_year_fen=800000
registry_household #H1 risk_status=已消除 elimination_mode=帮扶消除 per_capita_income_fen=799999
registry_household #H2 risk_status=已消除 elimination_mode=帮扶消除 per_capita_income_fen=800000
registry_household #H3 county_code=529799 risk_status=已消除 elimination_mode=帮扶消除 per_capita_income_fen=839999
"""
expect = ["H1 <- registry_household:1", "H3 <- registry_household:3"]

[[example]]
case = "自然消除、未消除、脱贫户、收入没有填写：不列；收入看不清：不判断"
given = """
registry_household #H1 county_code=529799 risk_status=已消除 elimination_mode=自然消除 per_capita_income_fen=1
registry_household #H2 county_code=529799 elimination_mode=帮扶消除 per_capita_income_fen=1
registry_household #H3 county_code=529799 household_type=脱贫户 risk_status=已消除 elimination_mode=帮扶消除 per_capita_income_fen=1
registry_household #H4 county_code=529799 risk_status=已消除 elimination_mode=帮扶消除
registry_household #H5 county_code=529799 risk_status=已消除 elimination_mode=帮扶消除 per_capita_income_fen=?
"""
expect = []
undecided = ["H5"]
*/
SELECT
    h.household_id AS subject_id, h.record_id AS evidence, h.elimination_mode AS elimination_mode,
    h.per_capita_income_fen AS per_capita_income_fen,
    COALESCE(k.watch_line_year_fen, q.watch_line_year_fen) AS watch_line_year_fen
FROM released_household h
CROSS JOIN parameter q
LEFT JOIN county_parameter k ON k.county_code = h.county_code
WHERE (h.elimination_mode IS NULL OR h.elimination_mode = '帮扶消除')
    AND h.per_capita_income_fen < COALESCE(k.watch_line_year_fen, q.watch_line_year_fen)
