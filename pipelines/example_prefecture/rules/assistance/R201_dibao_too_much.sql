/*
code = "R201"
title = "月低保金明显偏高"
why = "一户每月的低保金高得不合常理，多为录入时多写了零。"
policy = { clause = "二(一)2", quote = "确保每年农村低保标准高于脱贫线" }
owner = "民政局"
severity = "S2"
subject = "household"
sources = ["dibao"]
columns = ["dibao.monthly_amount_fen"]
message = "该户月低保金为{monthly_amount_fen}。"

[[example]]
case = "超过上限：列为疑点"
given = """
dibao #H1 monthly_amount_fen=300001
"""
expect = ["H1 <- dibao:1"]

[[example]]
case = "等于上限：不列"
given = """
dibao #H1 monthly_amount_fen=300000
"""
expect = []
*/
SELECT d.household_id AS subject_id, d.record_id AS evidence, d.monthly_amount_fen AS monthly_amount_fen
FROM dibao d
CROSS JOIN parameter q
WHERE d.monthly_amount_fen > q.dibao_monthly_most_fen
