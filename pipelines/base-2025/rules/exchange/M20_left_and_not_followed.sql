/*
code = "M20"
title = "退出低保、特困不满两年没有跟踪"
why = "退出低保、特困两年内要继续跟踪，不在任何一个监测名单上就没有人过问。"
policy = { clause = "二(五)", quote = "退出低保、特困不满两年的，继续跟踪监测" }
owner = "民政局"
severity = "S2"
subject = "person"
sources = ["low_income", "registry_person", "registry_household"]
optional_sources = ["deceased", "moved"]
due_days = 30
advice = [
    "入户看退出以后的收入和困难",
    "仍有困难的纳入相应类别；稳定的按规定跟踪满两年",
]
message = "{stop_month}退出{category}，现在不在低收入人口库，也不是监测对象。"

[[example]]
case = "本月退出、两年内退出：列为疑点；满两年、下月才退出：不列"
given = """
low_income @P1 stop_month=202503
low_income @P2 category=特困 stop_month=202304
low_income @P3 stop_month=202303
low_income @P4 stop_month=202504
registry_person @P9
registry_household #H9
"""
expect = ["P1 <- low_income:1", "P2 <- low_income:2"]

[[example]]
case = "转为别的类别、是监测对象、去世、迁出的：不列；脱贫户、风险已消除：列为疑点"
given = """
low_income @P1 stop_month=202501
low_income @P1 category=其他 start_month=202501
low_income @P2 stop_month=202501
registry_household #H2
registry_person @P2 #H2
low_income @P3 stop_month=202501
deceased @P3
low_income @P4 stop_month=202501
moved @P4
low_income @P5 stop_month=202501 stop_reason=死亡
low_income @P6 stop_month=202501 stop_reason=户口迁走
low_income @P7 stop_month=202501
registry_household #H7 household_type=脱贫户 risk_status=NULL
registry_person @P7 #H7
low_income @P8 stop_month=202501 stop_reason=收入超标
registry_household #H8 risk_status=已消除
registry_person @P8 #H8
low_income @P9 category=低保边缘 stop_month=202501
low_income @P10 stop_month=202501 stop_reason=户主去世
"""
expect = ["P7", "P8"]
*/
WITH watched_person AS (
    SELECT DISTINCT p.person_id
    FROM current_person p
    JOIN watched_household h ON h.household_no = p.household_no
)
SELECT l.person_id AS subject_id, l.record_id AS evidence, l.stop_month AS stop_month, l.category AS category
FROM low_income l
CROSS JOIN parameter q
CROSS JOIN month_window w
ANTI JOIN pool_person a ON a.person_id = l.person_id
ANTI JOIN watched_person c ON c.person_id = l.person_id
ANTI JOIN dead_person x ON x.person_id = l.person_id
ANTI JOIN moved_away m ON m.person_id = l.person_id
WHERE l.category IN ('低保', '特困')
    AND w.last_index - ((l.stop_month - l.stop_month % 100) * 12 + (l.stop_month % 100) * 100) < q.follow_months * 100
    AND (l.stop_reason IS NULL OR NOT (l.stop_reason LIKE '%死亡%' OR l.stop_reason LIKE '%去世%' OR l.stop_reason LIKE '%迁%'))
