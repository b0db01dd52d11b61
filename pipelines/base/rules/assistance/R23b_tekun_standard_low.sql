/*
code = "R23b"
title = "特困供养标准低于低保标准的1.3倍"
why = "特困人员基本生活标准不低于当地低保标准的1.3倍，低于此数的供养金没有随低保提标。"
policy = { clause = "二(一)2", quote = "对失能或半失能的农村特困人口优先提供集中供养服务,提高供养标准,改善供养条件" }
owner = "民政局"
severity = "S2"
subject = "person"
sources = ["tekun"]
optional_sources = ["deceased", "insurance", "registry_person"]
columns = ["tekun.annual_amount_fen"]
due_days = 30
advice = [
    "核对当年特困供养标准文件和发放明细",
    "低于标准的补发；金额是月数或半年数的更正名单",
]
message = "特困供养金每年{annual_amount_fen}，低于低保标准的1.3倍。"
related = ["R14", "R18"]

[[example]]
case = "低于1.3倍：列为疑点"
given = """
tekun @P1 annual_amount_fen=448499
"""
expect = ["P1 <- tekun:1"]

[[example]]
case = "正好1.3倍、没有填写、本季度才开始、已去世：不列"
given = """
tekun @P1 annual_amount_fen=448500
tekun @P2
tekun @P3 annual_amount_fen=1 start_month=201807
tekun @P4 annual_amount_fen=1
deceased @P4 death_date=2018-01-01
"""
expect = []

[[example]]
case = "各县低保标准不同：按所在县的标准；没有写从哪月起：照查"
given = """
county_parameter county_code=410621 dibao_standard_fen=360000
county_parameter county_code=410622 dibao_standard_fen=345000
tekun @P1 annual_amount_fen=450000 start_month=NULL
tekun @P2 annual_amount_fen=450000 county_code=410622
"""
expect = ["P1"]

[[example]]
case = "金额看不出：不判断"
given = """
tekun @P1 annual_amount_fen=?
"""
expect = []
undecided = ["P1"]
*/
SELECT t.person_id AS subject_id, t.record_id AS evidence, t.annual_amount_fen AS annual_amount_fen
FROM tekun_active t
CROSS JOIN parameter q
LEFT JOIN county_parameter k ON k.county_code = t.county_code
ANTI JOIN dead_person x ON x.person_id = t.person_id
WHERE (t.start_month IS NULL OR t.start_month < q.first_month)
    AND t.annual_amount_fen * 1000 < COALESCE(k.dibao_standard_fen, q.dibao_standard_fen) * q.tekun_standard_permille
