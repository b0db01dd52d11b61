/*
name = "watched_household"
title = "风险未消除的监测对象户；没有填写是否消除的视为未消除"
*/
SELECT
    h.record_id, h.household_id, h.household_no, h.county_code, h.township_code, h.village_code, h.household_type, h.identified_month,
    h.measure, h.measure_month, h.no_labour, h.safe_water
FROM registry_household h
WHERE h.household_type IN ('脱贫不稳定户', '边缘易致贫户', '突发严重困难户') AND (h.risk_status IS NULL OR h.risk_status = '未消除')
