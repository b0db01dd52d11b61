/*
code = "R78"
title = "改造面积超标"
why = "改造后面积超过或低于规定标准，容易形成举债建房或保障不足。"
policy = { clause = "二(三)5", quote = "严格执行危房改造面积和资金补助标准" }
owner = "住房和城乡建设局"
severity = "S2"
subject = "household"
sources = ["housing"]
due_days = 30
advice = [
    "实地丈量面积，核对家庭人数",
    "超标部分由农户自筹的注明，并核查是否举债",
]
message = "该户{family_size}人，改造后面积{area_centi}，超出规定范围。"
related = ["R14"]

[[example]]
case = "3人户超过60平方米：列为疑点"
given = """
housing #H1 archive_no=A1 family_size=3 renovate_mode=原址翻建 area_centi=6001
"""
expect = ["H1/A1 <- housing:1"]

[[example]]
case = "4人户按每人18平方米"
given = """
housing #H1 archive_no=A1 family_size=4 renovate_mode=原址翻建 area_centi=7201
housing #H2 archive_no=A2 family_size=4 renovate_mode=异地新建 area_centi=7200
"""
expect = ["H1/A1"]

[[example]]
case = "每人不足13平方米：列为疑点"
given = """
housing #H1 archive_no=A1 family_size=3 renovate_mode=原址翻建 area_centi=3899
"""
expect = ["H1/A1"]

[[example]]
case = "在标准内、修缮加固、人数未填：不列"
given = """
housing #H1 family_size=3 renovate_mode=原址翻建 area_centi=6000
housing #H2 family_size=2 renovate_mode=修缮加固 area_centi=9000
housing #H3 family_size=0 renovate_mode=原址翻建 area_centi=9000
housing #H4 family_size=1 renovate_mode=原址翻建 area_centi=5000
"""
expect = []

[[example]]
case = "1人不足20、2人不足30、3人不足40平方米，4人以上每人不足13平方米：列为疑点；正好：不列"
given = """
housing #H1 archive_no=A1 family_size=1 renovate_mode=原址翻建 area_centi=1999
housing #H2 archive_no=A2 family_size=2 renovate_mode=原址翻建 area_centi=2999
housing #H3 archive_no=A3 family_size=3 renovate_mode=原址翻建 area_centi=3999
housing #H4 archive_no=A4 family_size=4 renovate_mode=原址翻建 area_centi=5199
housing #H5 archive_no=A5 family_size=1 renovate_mode=原址翻建 area_centi=2000
housing #H6 archive_no=A6 family_size=2 renovate_mode=原址翻建 area_centi=3000
housing #H7 archive_no=A7 family_size=3 renovate_mode=原址翻建 area_centi=4000
housing #H8 archive_no=A8 family_size=4 renovate_mode=原址翻建 area_centi=5200
"""
expect = ["H1/A1", "H2/A2", "H3/A3", "H4/A4"]
*/
SELECT o.household_id AS subject_id, o.archive_no AS rule_key, o.record_id AS evidence, o.area_centi AS area_centi, o.family_size AS family_size
FROM housing o
CROSS JOIN parameter q
WHERE o.family_size > 0 AND o.renovate_mode <> '修缮加固'
    AND (
        (o.family_size <= q.small_family AND o.area_centi > q.house_area_small_family_centi)
        OR (o.family_size > q.small_family AND o.area_centi > o.family_size * q.house_area_per_person_centi)
        OR (o.family_size = 1 AND o.area_centi < q.house_area_least_one_centi)
        OR (o.family_size = 2 AND o.area_centi < q.house_area_least_two_centi)
        OR (o.family_size = 3 AND o.area_centi < q.house_area_least_three_centi)
        OR (o.family_size > 3 AND o.area_centi < o.family_size * q.house_area_least_per_person_centi)
    )
