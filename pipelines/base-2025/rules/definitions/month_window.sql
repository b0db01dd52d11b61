/*
name = "month_window"
title = "本期末以前三个月、六个月、十二个月的界限：晚于before_3的即近三个月，其余类推；last_index以百分之一月计（年×1200＋月×100）"
*/
SELECT
    q.last_month,
    CASE WHEN q.last_month % 100 > 3 THEN q.last_month - 3 ELSE q.last_month - 91 END AS before_3,
    CASE WHEN q.last_month % 100 > 6 THEN q.last_month - 6 ELSE q.last_month - 94 END AS before_6,
    q.last_month - 100 AS before_12,
    (q.last_month - q.last_month % 100) * 12 + (q.last_month % 100) * 100 AS last_index
FROM parameter q
