/*
name = "exited_early"
title = "自检年份（2014—2017年）内脱贫的建档立卡户"
*/
SELECT
    h.household_no, h.household_id, h.record_id, h.exit_year, h.cause_primary, h.per_capita_income_fen,
    h.dangerous_house, h.danger_level, h.drinking_water_difficult, h.drinking_water_safe, h.house_area_centi
FROM registry_household h
CROSS JOIN parameter q
SEMI JOIN exited_household x ON x.household_no = h.household_no
WHERE h.exit_year BETWEEN q.exit_check_from AND q.exit_check_to
