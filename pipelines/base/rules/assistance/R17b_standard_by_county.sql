/*
code = "R17b"
title = "农村低保标准高于脱贫线的县（区）"
why = "每年农村低保标准应高于脱贫线；各县（区）标准不同的，逐县核对：达到的为1，没有达到的为0。"
policy = { clause = "二(一)2", quote = "确保每年农村低保标准高于脱贫线" }
owner = "民政局"
severity = "S4"
subject = "unit"
sources = []
indicator = true
levels = ["city", "county"]
labels = { counties = "低保标准高于脱贫线的县（区）比例" }

[[example]]
case = "一县的标准没有超过脱贫线：不达标"
given = """
county_parameter county_code=410621 dibao_standard_fen=345000 poverty_line_fen=320800
county_parameter county_code=410622 dibao_standard_fen=320800 poverty_line_fen=320800
county_parameter county_code=410611 poverty_line_fen=320800
"""
expect = ["counties 410600 1/2", "counties 410621 1/1", "counties 410622 0/1"]

[[example]]
case = "没有标准的县：不计"
given = """
county_parameter county_code=410621 poverty_line_fen=320800
county_parameter county_code=410622 dibao_standard_fen=345000
"""
expect = []
*/
SELECT
    'counties' AS indicator, k.county_code AS county_code, '' AS township_code, '' AS village_code,
    CASE WHEN k.dibao_standard_fen > k.poverty_line_fen THEN 1 ELSE 0 END AS numerator, 1 AS denominator,
    k.full_cover_permyriad AS target
FROM county_parameter k
WHERE k.dibao_standard_fen IS NOT NULL AND k.poverty_line_fen IS NOT NULL
