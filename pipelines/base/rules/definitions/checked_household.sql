/*
name = "checked_household"
title = "数据质量得分里的在册户：每项自检该问谁（1该问，看不出的也问），看哪几格"
*/
SELECT
    h.household_id, h.county_code, h.township_code, h.village_code,
    h.poverty_attribute, h.exit_status, h.exit_year, h.cause_primary, h.person_count, h.per_capita_income_fen,
    h.dangerous_house, h.danger_level, h.drinking_water_difficult, h.drinking_water_safe, h.house_area_centi,
    h.production_power, h.living_power, h.cooperative, h.road_distance_centi, h.entry_road, h.fuel, h.toilet,
    h.land_area_centi, h.forest_area_centi, h.wage_income_fen, h.operating_income_fen, h.operating_cost_fen,
    h.property_income_fen, h.dibao_income_fen, h.tekun_income_fen, h.helper_id_number, h.helper_name, h.phone, h.cause_other,
    CASE WHEN h.exit_status = '已脱贫(不再享受政策)' THEN 0 ELSE 1 END AS entitled,
    CASE WHEN h.exit_status IN ('未脱贫', '预脱贫', '返贫') THEN 0 ELSE 1 END AS exited,
    CASE
        WHEN h.exit_status IN ('未脱贫', '预脱贫', '返贫') THEN 0
        WHEN h.exit_year IS NULL OR h.exit_year BETWEEN q.exit_check_from AND q.exit_check_to THEN 1
        ELSE 0
    END AS exited_early,
    CASE
        WHEN h.exit_status IN ('未脱贫', '预脱贫', '返贫') THEN 0
        WHEN h.cause_primary <> '因病' THEN 0
        WHEN h.exit_year IS NULL OR h.exit_year BETWEEN q.exit_check_from AND q.exit_check_to THEN 1
        ELSE 0
    END AS exited_early_ill,
    CASE
        WHEN h.exit_status IN ('已脱贫(享受政策)', '已脱贫(不再享受政策)') THEN 0
        WHEN h.cause_primary <> '因病' THEN 0 ELSE 1
    END AS poor_ill,
    CASE
        WHEN h.exit_status IN ('已脱贫(享受政策)', '已脱贫(不再享受政策)') THEN 0
        WHEN h.cause_primary <> '因学' THEN 0 ELSE 1
    END AS poor_schooling,
    CASE
        WHEN h.exit_status IN ('已脱贫(享受政策)', '已脱贫(不再享受政策)') THEN 0
        WHEN h.cause_primary <> '因残' THEN 0 ELSE 1
    END AS poor_disabled,
    CASE
        WHEN h.exit_status IN ('已脱贫(享受政策)', '已脱贫(不再享受政策)') THEN 0
        WHEN h.cause_primary <> '缺劳力' THEN 0 ELSE 1
    END AS poor_labour,
    CASE
        WHEN h.exit_status = '已脱贫(不再享受政策)' THEN 0 WHEN h.cause_primary <> '其他' THEN 0 ELSE 1
    END AS other_cause,
    CASE
        WHEN h.exit_status = '已脱贫(不再享受政策)' THEN 0 WHEN h.poverty_attribute <> '低保贫困户' THEN 0 ELSE 1
    END AS dibao_household,
    CASE
        WHEN h.exit_status = '已脱贫(不再享受政策)' THEN 0 WHEN h.poverty_attribute <> '特困供养贫困户' THEN 0 ELSE 1
    END AS tekun_household,
    CASE
        WHEN h.exit_status = '已脱贫(不再享受政策)' THEN 0 WHEN h.poverty_attribute <> '一般贫困户' THEN 0 ELSE 1
    END AS ordinary_household
FROM registry_household h
CROSS JOIN parameter q
