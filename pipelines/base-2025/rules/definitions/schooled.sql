/*
name = "schooled"
title = "学籍上在读、休学或初中已毕业的人员；状态没有填写的在学籍名单上，也算"
*/
SELECT DISTINCT s.person_id
FROM student s
WHERE s.status IN ('在读', '休学') OR s.status IS NULL OR (s.status = '毕业' AND s.stage IN ('初中', '普通高中', '中职', '高校'))
