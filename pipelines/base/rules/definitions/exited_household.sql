/*
name = "exited_household"
title = "已脱贫的建档立卡户，一户一行：已脱贫享受、不再享受政策的；脱贫标志未填的，有脱贫年度才算"
*/
SELECT DISTINCT h.household_no
FROM registry_household h
WHERE h.exit_status IN ('已脱贫(享受政策)', '已脱贫(不再享受政策)') OR (h.exit_status IS NULL AND h.exit_year IS NOT NULL)
