/*
name = "released_household"
title = "风险已消除的监测对象户"
*/
SELECT
    h.record_id, h.household_id, h.household_no, h.county_code, h.household_type, h.identified_month, h.eliminated_month,
    h.elimination_mode, h.measure, h.measure_month, h.no_labour, h.safe_water, h.per_capita_income_fen
FROM registry_household h
WHERE h.household_type IN ('脱贫不稳定户', '边缘易致贫户', '突发严重困难户') AND h.risk_status = '已消除'
