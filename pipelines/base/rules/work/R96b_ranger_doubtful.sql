/*
code = "R96b"
title = "护林员聘用对象不符"
why = "护林员岗位优先聘用有劳动能力的贫困人口，一人一岗；不符的岗位应让给需要的人。"
policy = { clause = "二(二)3", quote = "为贫困人口提供50个护林员岗位,带动200名贫困人口增收脱贫" }
owner = "林业局"
severity = "S3"
subject = "person"
sources = ["forest_ranger", "registry_person"]
optional_sources = ["deceased", "insurance"]
absent_from = [{ list = "registry_person", rows = "poor_person", key = "person" }]
due_days = 30
advice = [
    "核实聘用合同和实际管护",
    "不符合条件的调整岗位",
]
message = "本年聘为护林员，{reason}（涉及年补助{recover_fen}）。"
related = ["R14"]

[[example]]
case = "不在册；没有劳动能力；一人两岗"
given = """
forest_ranger @P1 year=2018 post_no=A1
registry_person @P2 labour_ability=无劳动力
forest_ranger @P2 year=2018 post_no=A2
registry_person @P3 labour_ability=普通劳动力
forest_ranger @P3 year=2018 post_no=A3
forest_ranger @P3 year=2018 post_no=A4
registry_person @P4 labour_ability=丧失劳动力
forest_ranger @P4 year=2018 post_no=A5
"""
expect = ["P1/person <- forest_ranger:1", "P2/labour <- forest_ranger:2 registry_person:1", "P3/posts <- forest_ranger:3 forest_ranger:4", "P4/labour <- forest_ranger:5 registry_person:3"]

[[example]]
case = "符合条件、上年聘用：不列"
given = """
registry_person @P1 labour_ability=弱劳动力或半劳动力
forest_ranger @P1 year=2018 post_no=A1
forest_ranger @P2 year=2017 post_no=A2
registry_person @P3 labour_ability=无劳动力
forest_ranger @P3 year=2017 post_no=A3
registry_person @P4 labour_ability=普通劳动力
forest_ranger @P4 year=2018 post_no=A4
forest_ranger @P4 year=2017 post_no=A5
"""
expect = []

[[example]]
case = "上年已死亡仍聘用：列为疑点；今年死亡：不列"
given = """
registry_person @P1 labour_ability=普通劳动力
forest_ranger @P1 year=2018 post_no=A1 annual_pay_fen=500000
deceased @P1 death_date=2017-12-31
registry_person @P2 labour_ability=普通劳动力
forest_ranger @P2 year=2018 post_no=A2
deceased @P2 death_date=2018-01-01
"""
expect = ["P1/dead <- forest_ranger:1 deceased:1"]
*/
WITH hired AS (
    SELECT
        f.person_id, f.record_id, f.annual_pay_fen, COUNT(*) OVER (PARTITION BY f.person_id) AS posts,
        SUM(COALESCE(f.annual_pay_fen, 0)) OVER (PARTITION BY f.person_id) - MAX(COALESCE(f.annual_pay_fen, 0)) OVER (PARTITION BY f.person_id) AS over_fen
    FROM forest_ranger f
    JOIN parameter q ON q.year = f.year
)
SELECT x.person_id AS subject_id, 'person' AS rule_key, x.record_id AS evidence, '不是建档立卡在册人员' AS reason, CAST(x.annual_pay_fen AS BIGINT) AS recover_fen
FROM hired x
LEFT JOIN poor_person p ON p.person_id = x.person_id
WHERE p.person_id IS NULL
UNION ALL
SELECT
    x.person_id AS subject_id, 'labour' AS rule_key, x.record_id || ';' || p.record_id AS evidence,
    '登记为' || p.labour_ability AS reason, CAST(x.annual_pay_fen AS BIGINT) AS recover_fen
FROM hired x
JOIN poor_person p ON p.person_id = x.person_id
WHERE p.labour_ability IN ('无劳动力', '丧失劳动力')
UNION ALL
SELECT x.person_id AS subject_id, 'posts' AS rule_key, x.record_id AS evidence, '一人登记了多个岗位' AS reason, CAST(NULLIF(x.over_fen, 0) AS BIGINT) AS recover_fen
FROM hired x
WHERE x.posts > 1
UNION ALL
-- Hired for a year that began after the death.
SELECT
    x.person_id AS subject_id, 'dead' AS rule_key, x.record_id || ';' || y.record_id AS evidence, y.register || '登记上年以前已死亡' AS reason,
    CAST(x.annual_pay_fen AS BIGINT) AS recover_fen
FROM hired x
JOIN dead_person d ON d.person_id = x.person_id
JOIN dead_register y ON y.person_id = x.person_id
CROSS JOIN parameter q
WHERE d.death_date < q.year_start
