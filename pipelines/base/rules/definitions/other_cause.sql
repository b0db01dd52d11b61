/*
name = "other_cause"
title = "建档立卡户登记的各个其他致贫原因，一户一个原因一行"
*/
SELECT h.record_id, '因病' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%因病%'
UNION ALL
SELECT h.record_id, '因残' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%因残%'
UNION ALL
SELECT h.record_id, '因学' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%因学%'
UNION ALL
SELECT h.record_id, '因灾' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%因灾%'
UNION ALL
SELECT h.record_id, '缺土地' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%缺土地%'
UNION ALL
SELECT h.record_id, '缺水' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%缺水%'
UNION ALL
SELECT h.record_id, '缺技术' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%缺技术%'
UNION ALL
SELECT h.record_id, '缺劳力' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%缺劳力%'
UNION ALL
SELECT h.record_id, '缺资金' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%缺资金%'
UNION ALL
SELECT h.record_id, '交通条件落后' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%交通条件落后%'
UNION ALL
SELECT h.record_id, '自身发展力不足' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%自身发展力不足%'
UNION ALL
SELECT h.record_id, '其他' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%其他%'
UNION ALL
SELECT h.record_id, '因婚' AS cause
FROM registry_household h
WHERE h.cause_other LIKE '%因婚%'
