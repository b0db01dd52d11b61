/*
name = "dangerous_house"
title = "住房安全监测鉴定为C级、D级而隐患没有消除的房屋"
*/
SELECT w.record_id, w.person_id, w.household_id, w.danger_level, w.checked_month, w.measure
FROM housing_watch w
WHERE w.danger_level IN ('C', 'D') AND (w.settled IS NULL OR w.settled = 0)
