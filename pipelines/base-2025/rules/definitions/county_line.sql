/*
name = "county_line"
title = "县区自己的低保标准（每人每月）和监测范围（每人每年），没有的用全市的参数；本表没有一个县区，标准不同的地方在自己的文件夹里写同名定义代替"
*/
SELECT '' AS county_code, q.dibao_month_fen, q.watch_line_year_fen
FROM parameter q
