/*
name = "released_household"
title = "已脱贫且不再享受政策的建档立卡户，一户一行：帮扶和资助都不再要求"
*/
SELECT DISTINCT h.household_no
FROM registry_household h
WHERE h.exit_status = '已脱贫(不再享受政策)'
