/*
name = "registry_unsure_name"
title = "registry_unsure 的姓名和乡镇"
*/
SELECT DISTINCT u.name, u.township_code
FROM registry_unsure u
