/*
name = "chronic_holder"
title = "两病、慢特病待遇有效的人员"
*/
SELECT DISTINCT c.person_id
FROM chronic_approval c
WHERE c.status = '有效' OR c.status IS NULL
