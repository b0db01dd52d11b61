/*
name = "county_line"
title = "龙安市各县区自己的低保标准（每人每月），按参数的期间变动；没有参数的用全市的"
*/
SELECT '529702' AS county_code, q.jiangdong_dibao_month_fen AS dibao_month_fen, q.watch_line_year_fen
FROM parameter q
UNION ALL
SELECT '529721' AS county_code, q.yunti_dibao_month_fen AS dibao_month_fen, q.watch_line_year_fen
FROM parameter q
UNION ALL
SELECT '529722' AS county_code, q.shiqiao_dibao_month_fen AS dibao_month_fen, q.watch_line_year_fen
FROM parameter q
