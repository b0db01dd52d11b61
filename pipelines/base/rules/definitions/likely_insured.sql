/*
name = "likely_insured"
title = "没有可用证号、同乡镇有同名而不在册的参保人，多半就是本人的在册人员"
*/
SELECT DISTINCT u.record_id
FROM registry_unsure u
JOIN insured_likely n ON n.name = u.name AND n.township_code = u.township_code
