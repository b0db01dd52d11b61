/*
name = "entitled_household"
title = "应享受政策的建档立卡户，一户一行：未脱贫、预脱贫、返贫、已脱贫享受政策的，脱贫标志未填的也算；不含不再享受政策的"
*/
SELECT DISTINCT h.household_no
FROM registry_household h
WHERE h.exit_status IS NULL OR h.exit_status <> '已脱贫(不再享受政策)'
