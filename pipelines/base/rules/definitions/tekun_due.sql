/*
name = "tekun_due"
title = "应落实供养服务的特困人员：在世，本季度以前已开始供养"
*/
SELECT t.record_id, t.person_id, t.county_code, t.township_code, t.village_code, t.support_mode, t.self_care, t.carer_name, t.agreement, t.wish
FROM tekun_active t
CROSS JOIN parameter q
ANTI JOIN dead_person x ON x.person_id = t.person_id
WHERE t.start_month IS NULL OR t.start_month < q.first_month
