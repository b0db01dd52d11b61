/*
name = "household_filled"
title = "建档立卡户表中各县区填了值的列：整列没有值的县区多半是导出缺列，不算漏填"
*/
SELECT 'cause_primary' AS field, h.county_code
FROM registry_household h
WHERE h.cause_primary IS NOT NULL
GROUP BY h.county_code
UNION ALL
SELECT 'production_power' AS field, h.county_code
FROM registry_household h
WHERE h.production_power IS NOT NULL
GROUP BY h.county_code
UNION ALL
SELECT 'per_capita_income_fen' AS field, h.county_code
FROM registry_household h
WHERE h.per_capita_income_fen IS NOT NULL
GROUP BY h.county_code
UNION ALL
SELECT 'cooperative' AS field, h.county_code
FROM registry_household h
WHERE h.cooperative IS NOT NULL
GROUP BY h.county_code
UNION ALL
SELECT 'road_distance_centi' AS field, h.county_code
FROM registry_household h
WHERE h.road_distance_centi IS NOT NULL
GROUP BY h.county_code
UNION ALL
SELECT 'entry_road' AS field, h.county_code
FROM registry_household h
WHERE h.entry_road IS NOT NULL
GROUP BY h.county_code
UNION ALL
SELECT 'house_area_centi' AS field, h.county_code
FROM registry_household h
WHERE h.house_area_centi IS NOT NULL
GROUP BY h.county_code
UNION ALL
SELECT 'living_power' AS field, h.county_code
FROM registry_household h
WHERE h.living_power IS NOT NULL
GROUP BY h.county_code
UNION ALL
SELECT 'drinking_water_difficult' AS field, h.county_code
FROM registry_household h
WHERE h.drinking_water_difficult IS NOT NULL
GROUP BY h.county_code
UNION ALL
SELECT 'drinking_water_safe' AS field, h.county_code
FROM registry_household h
WHERE h.drinking_water_safe IS NOT NULL
GROUP BY h.county_code
UNION ALL
SELECT 'fuel' AS field, h.county_code
FROM registry_household h
WHERE h.fuel IS NOT NULL
GROUP BY h.county_code
UNION ALL
SELECT 'toilet' AS field, h.county_code
FROM registry_household h
WHERE h.toilet IS NOT NULL
GROUP BY h.county_code
UNION ALL
SELECT 'phone' AS field, h.county_code
FROM registry_household h
WHERE h.phone IS NOT NULL
GROUP BY h.county_code
