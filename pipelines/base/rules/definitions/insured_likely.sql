/*
name = "insured_likely"
title = "insured_unregistered 的姓名和乡镇"
*/
SELECT DISTINCT n.name, n.township_code
FROM insured_unregistered n
