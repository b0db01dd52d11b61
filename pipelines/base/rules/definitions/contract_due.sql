/*
name = "contract_due"
title = "应有家庭医生签约的慢病人员：应享受政策的在册人员，登记长期慢性病或慢病认定有效；长期外出务工的不算"
*/
WITH approved AS (
    SELECT DISTINCT c.person_id
    FROM chronic_approval c
    WHERE c.status = '有效'
)
SELECT p.record_id, p.person_id, p.county_code, p.township_code, p.village_code
FROM poor_person p
SEMI JOIN entitled_person ep ON ep.record_id = p.record_id
CROSS JOIN parameter q
LEFT JOIN approved a ON a.person_id = p.person_id
LEFT JOIN works_nearby n ON n.record_id = p.record_id
WHERE (p.health LIKE '%长期慢性病%' OR a.person_id IS NOT NULL)
    -- Whoever works in the county is at hand for his doctor.
    AND (p.work_months IS NULL OR p.work_months <= q.long_work_months OR n.record_id IS NOT NULL)
