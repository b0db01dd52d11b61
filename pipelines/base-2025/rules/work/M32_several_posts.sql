/*
code = "M32"
title = "一人同时在几个公益性岗位"
why = "公益性岗位一人一岗，一人多岗挤占别人的岗位。"
policy = { clause = "三(六)", quote = "公益性岗位一人一岗" }
owner = "人社局"
severity = "S2"
subject = "person"
sources = ["employment"]
due_days = 30
advice = [
    "保留一个岗位，其余清退",
    "名单重复报送的更正",
]
message = "{post_month}同时登记{posts}个公益性岗位。"

[[example]]
case = "本月两个岗位：列为疑点"
given = """
employment @P1 kind=公益性岗位 employer=保洁员
employment @P1 kind=公益性岗位 employer=护林员
employment @P1
employment @P1 kind=公益性岗位 month=202502
"""
expect = ["P1 <- employment:1 employment:2"]

[[example]]
case = "一个岗位一份务工、两个月各一个、上月两个、两个人：不列"
given = """
employment @P1 kind=公益性岗位
employment @P1
employment @P2 kind=公益性岗位 month=202502
employment @P2 kind=公益性岗位
employment @P3 kind=公益性岗位 month=202502
employment @P3 kind=公益性岗位 month=202502
employment @P4 kind=公益性岗位
employment @P5 kind=公益性岗位
"""
expect = []
*/
WITH post AS (
    SELECT e.person_id, e.month, COUNT(*) AS posts
    FROM employment e
    JOIN parameter q ON q.last_month = e.month
    WHERE e.kind = '公益性岗位'
    GROUP BY e.person_id, e.month
)
SELECT e.person_id AS subject_id, e.record_id AS evidence, n.month AS post_month, n.posts AS posts
FROM post n
JOIN employment e ON e.person_id = n.person_id AND e.month = n.month
CROSS JOIN parameter q
WHERE n.posts > q.posts_most AND e.kind = '公益性岗位'
