/*
name = "poor_household"
title = "还没有脱贫的建档立卡户，一户一行：未脱贫、预脱贫、返贫；脱贫标志未填的，没有脱贫年度才算"
*/
SELECT DISTINCT h.household_no
FROM registry_household h
WHERE h.exit_status IN ('未脱贫', '预脱贫', '返贫') OR (h.exit_status IS NULL AND h.exit_year IS NULL)
