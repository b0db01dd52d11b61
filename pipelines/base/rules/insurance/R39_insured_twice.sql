/*
code = "R39"
title = "重复参保"
why = "同一人本年度有两份正常参保，财政补助重复，报销时容易冲突。"
policy = { clause = "二(三)1", quote = "将贫困人口全部纳入城乡居民基本医疗保险" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S2"
subject = "person"
sources = ["insurance"]
due_days = 60
advice = [
    "核实当前工作和居住地，保留应参加的一份，终止其余",
    "当月转移接续造成的重叠可注明",
]
message = "该人员本年度有{policies}份正常参保。"
related = ["R14"]

[[example]]
case = "居民、职工各一份：列为疑点"
given = """
insurance @P1
insurance @P1 scheme=职工
"""
expect = ["P1 <- insurance:1 insurance:2"]

[[example]]
case = "两县各一份：列为疑点"
given = """
insurance @P1
insurance @P1 county_code=410622
"""
expect = ["P1"]

[[example]]
case = "一份已终止、一份是上年度：不列"
given = """
insurance @P1
insurance @P1 status=终止
insurance @P2
insurance @P2 year=2017
"""
expect = []

[[example]]
case = "一份：不列"
given = """
insurance @P1
"""
expect = []

[[example]]
case = "另有已终止的记录，不作佐证"
given = """
insurance @P1
insurance @P1 scheme=职工
insurance @P1 status=终止
insurance @P1 year=2017
"""
expect = ["P1 <- insurance:1 insurance:2"]
*/
-- Hardly anybody has two lines: only theirs are compared as a whole.
WITH line AS (
    SELECT i.person_id, COUNT(*) AS lines
    FROM insurance i
    JOIN parameter q ON q.year = i.year
    WHERE i.status = '正常参保'
    GROUP BY i.person_id
),
several AS (
    SELECT l.person_id
    FROM line l
    WHERE l.lines > 1
),
policy AS (
    SELECT DISTINCT i.person_id, i.scheme, i.county_code, i.township_code, i.id18, i.insured_category
    FROM insurance i
    JOIN parameter q ON q.year = i.year
    SEMI JOIN several m ON m.person_id = i.person_id
    WHERE i.status = '正常参保'
),
-- The same line twice in one file is one policy.
counted AS (
    SELECT p.person_id, COUNT(*) AS policies
    FROM policy p
    GROUP BY p.person_id
)
SELECT i.person_id AS subject_id, i.record_id AS evidence, c.policies AS policies
FROM insurance i
JOIN parameter q ON q.year = i.year
JOIN counted c ON c.person_id = i.person_id
WHERE i.status = '正常参保' AND c.policies > 1
