/*
code = "R17"
title = "低保标准与脱贫线"
why = "每年农村低保标准应高于脱贫线；数值为低保年标准（分），目标为当年脱贫线（分）。"
policy = { clause = "二(一)2", quote = "确保每年农村低保标准高于脱贫线" }
owner = "民政局"
severity = "S4"
subject = "unit"
sources = []
indicator = true
levels = ["city"]
labels = { dibao_standard_fen = "农村低保年标准（分）" }

[[example]]
case = "标准取当年参数"
given = """
parameter dibao_standard_fen=345000
"""
expect = ["dibao_standard_fen 410600 345000"]

[[example]]
case = "当年标准未填：不出数"
given = """
parameter dibao_standard_fen=NULL
"""
expect = []
*/
SELECT
    'dibao_standard_fen' AS indicator,
    '' AS county_code, '' AS township_code, '' AS village_code,
    q.dibao_standard_fen AS numerator,
    q.poverty_line_fen AS target
FROM parameter q
WHERE q.dibao_standard_fen IS NOT NULL
