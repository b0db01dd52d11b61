/*
name = "monitored_household"
title = "监测对象户，不论风险是否已消除"
*/
SELECT h.record_id, h.household_id, h.household_no, h.identified_month, h.risk_status
FROM registry_household h
WHERE h.household_type IN ('脱贫不稳定户', '边缘易致贫户', '突发严重困难户')
