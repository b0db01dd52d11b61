/*
name = "dibao_above_line"
title = "申报的人均收入不低于贫困线、不必建档的低保家庭：整户保按保障人口算，单人保不知全家人数，按设定的人数算"
*/
SELECT DISTINCT d.county_code, d.household_no
FROM dibao d
CROSS JOIN parameter q
WHERE (d.protection_mode = '整户' AND d.household_income_fen * 12 >= d.members_protected * q.poverty_line_fen)
    OR (d.protection_mode = '单人' AND d.household_income_fen * 12 >= q.single_case_family * q.poverty_line_fen)
