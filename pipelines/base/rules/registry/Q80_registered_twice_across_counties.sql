/*
code = "Q80"
title = "市内县外人员重复"
why = "同一人在市内两个县区建档，人数虚增，政策重复享受。"
policy = { clause = "三(二)", quote = "信息数据质量、“三保障”政策落实、社会扶贫等7项重点工作进展情况通报1次" }
owner = "扶贫办"
severity = "S2"
subject = "person"
sources = ["registry_person"]
due_days = 60
advice = [
    "核实是否同一人重复建档，按一人一档清理",
    "确属两人的更正姓名或证件号码",
]
message = "该人员在市内不同县区重复建档{entries}次。"
related = ["R14"]

[[example]]
case = "两县各一条在册登记：列为疑点"
given = """
registry_person @P1 #H1
registry_person @P1 #H2 county_code=410622
"""
expect = ["P1 <- registry_person:1 registry_person:2"]

[[example]]
case = "迁出地已减少、同县重复（由Q79列出）：不列"
given = """
registry_person @P1 #H1
registry_person @P1 #H2 county_code=410622 person_status=转出
registry_person @P2 #H3
registry_person @P2 #H4
"""
expect = []
*/
WITH counted AS (
    SELECT p.person_id, COUNT(*) AS entries, MIN(p.county_code) AS first_county, MAX(p.county_code) AS last_county
    FROM poor_person p
    GROUP BY p.person_id
)
SELECT p.person_id AS subject_id, p.record_id AS evidence, c.entries AS entries
FROM poor_person p
JOIN counted c ON c.person_id = p.person_id
WHERE c.first_county <> c.last_county
