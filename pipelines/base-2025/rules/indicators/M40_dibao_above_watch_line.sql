/*
code = "M40"
title = "农村低保标准不低于监测范围"
why = "低保标准低于监测范围，吃低保的户仍可能算在监测范围以内。"
policy = { clause = "二(八)", quote = "农村低保标准不低于当地防止返贫监测范围" }
owner = "民政局"
severity = "S4"
subject = "unit"
sources = ["low_income"]
indicator = true
levels = ["city", "county"]
labels = { at_least = "低保年标准不低于监测范围的县区" }

[[example]]
case = "年标准低于监测范围：未达到；没有农村低保的县区不计"
given = """
low_income @P1 county_code=529799
low_income @P2 area=城市 county_code=529722
"""
expect = ["at_least 529700 0/1", "at_least 529799 0/1"]

[[example]]
case = "县区自己的低保标准、监测范围：正好等于：达到；差一分：未达到"
given = """
parameter dibao_month_fen=60000 watch_line_year_fen=840000
county_parameter county_code=529721 dibao_month_fen=70000
county_parameter county_code=529722 watch_line_year_fen=720001
low_income @P1
low_income @P2 county_code=529722
"""
expect = ["at_least 529700 1/2", "at_least 529721 1/1", "at_least 529722 0/1"]

[[example]]
case = "没有低保：不计"
given = """
low_income @P1 category=其他 county_code=529799
"""
expect = []
*/
WITH county AS (
    SELECT DISTINCT l.county_code
    FROM low_income_active l
    WHERE l.category = '低保' AND l.area = '农村'
)
SELECT
    'at_least' AS indicator, c.county_code AS county_code, '' AS township_code, '' AS village_code,
    CASE
        WHEN COALESCE(k.dibao_month_fen, q.dibao_month_fen) * 12 >= COALESCE(k.watch_line_year_fen, q.watch_line_year_fen) THEN 1
        ELSE 0
    END AS numerator, 1 AS denominator, q.full_permyriad AS target
FROM county c
CROSS JOIN parameter q
LEFT JOIN county_parameter k ON k.county_code = c.county_code
