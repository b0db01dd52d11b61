/*
name = "exited_early"
title = "自检年份（2014—2017年）内脱贫的建档立卡户"
*/
SELECT
    h.household_no, h.household_id, h.record_id, h.exit_year, h.cause_primary, h.per_capita_income_fen,
    h.dangerous_house, h.danger_level, h.drinking_water_difficult, h.drinking_water_safe, h.house_area_centi
FROM registry_household h
CROSS JOIN parameter q
WHERE h.exit_status IN ('已脱贫(享受政策)', '已脱贫(不再享受政策)')
    AND h.exit_year BETWEEN q.exit_check_from AND q.exit_check_to
