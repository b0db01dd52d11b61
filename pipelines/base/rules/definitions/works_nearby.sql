/*
name = "works_nearby"
title = "务工地点登记为本村、本乡镇、本县的在册人员，一条登记一行：天天回家或随时能回家，不是外出"
*/
SELECT p.record_id
FROM poor_person p
WHERE (p.work_place LIKE '%县内%' OR p.work_place LIKE '%乡内%' OR p.work_place LIKE '%镇内%' OR p.work_place LIKE '%村内%'
        OR p.work_place LIKE '%乡(镇)内%' OR p.work_place LIKE '%乡（镇）内%' OR p.work_place LIKE '%县(%区)内%' OR p.work_place LIKE '%县（%区）内%'
        OR p.work_place LIKE '%本县%' OR p.work_place LIKE '%本区%' OR p.work_place LIKE '%本乡%' OR p.work_place LIKE '%本镇%'
        OR p.work_place LIKE '%本村%' OR p.work_place LIKE '%本地%' OR p.work_place LIKE '县城%' OR p.work_place LIKE '就近%')
    AND p.work_place NOT LIKE '%以外%'
