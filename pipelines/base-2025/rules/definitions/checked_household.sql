/*
name = "checked_household"
title = "数据质量得分里的监测系统户：每项自检该问谁（1该问，看不出的也问），看哪几格"
*/
SELECT
    h.household_id, h.county_code, h.township_code, h.village_code,
    h.household_type, h.identified_month, h.risk_status, h.eliminated_month, h.elimination_mode, h.per_capita_income_fen,
    h.no_labour, h.phone,
    CASE WHEN h.household_type = '脱贫户' THEN 0 ELSE 1 END AS monitored,
    CASE WHEN h.household_type = '脱贫户' OR h.risk_status = '未消除' THEN 0 ELSE 1 END AS released,
    CASE WHEN h.household_type = '脱贫户' OR h.risk_status = '已消除' THEN 0 ELSE 1 END AS watched
FROM registry_household h
