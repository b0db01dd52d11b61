/*
name = "working"
title = "劳动力台账登记已有工作的人员，一人一行"
*/
SELECT DISTINCT l.person_id
FROM labour l
WHERE l.employment IN ('转移就业', '公益性岗位', '自主创业')
