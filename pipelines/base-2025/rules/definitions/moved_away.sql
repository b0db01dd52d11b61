/*
name = "moved_away"
title = "户籍已迁出市外的人员"
*/
SELECT DISTINCT m.person_id
FROM moved m
CROSS JOIN parameter q
WHERE m.kind = '迁出市外' AND m.move_date <= q.quarter_end
