/*
code = "R30"
title = "未参加基本医保"
why = "建档立卡人口应全部参加基本医保；没有参保，看病费用就没有保障。"
policy = { clause = "二(三)1", quote = "将贫困人口全部纳入城乡居民基本医疗保险、大病保险、大病补充医疗保险、商业医疗补充保险和医疗救助保障范围" }
owner = [{ name = "人力资源和社会保障局", until = "2018Q4" }, { name = "医疗保障局", since = "2019Q1" }]
severity = "S1"
subject = "person"
sources = ["registry_person", "insurance"]
optional_sources = ["deceased", "student"]
absent_from = [{ list = "insurance", rows = "insured_or_excused" }]
due_days = 15
advice = [
    "查参保姓名和证件号码是否与建档立卡一致",
    "医保已登记外地参保、参军、服刑的不在此列；另有证明的登记说明",
    "确未参保的，在缴费期内督促参保并落实个人缴费补贴",
]
message = "建档立卡在册人员，{year}年度没有正常参保记录。{newborn}"
related = ["R14"]
told = ["insurance.status", "insurance.stop_reason", "insurance.year", "registry_person.identified_date"]

[[example]]
case = "没有参保：列为疑点"
given = """
registry_person @P1 birth_date=1970-01-01
insurance @P2
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "正常参保：不列"
given = """
registry_person @P1 birth_date=1970-01-01
insurance @P1
"""
expect = []

[[example]]
case = "只有暂停的参保：列为疑点"
given = """
registry_person @P1
insurance @P1 status=暂停
"""
expect = ["P1"]

[[example]]
case = "只有上年度的参保：列为疑点"
given = """
registry_person @P1
insurance @P1 year=2017
"""
expect = ["P1"]

[[example]]
case = "参加职工医保：不列"
given = """
registry_person @P1
insurance @P1 scheme=职工
"""
expect = []

[[example]]
case = "大学生：不列；高中生：列为疑点"
given = """
registry_person @P1 student_status=大专及以上
registry_person @P2 student_status=高中一年级
"""
expect = ["P2"]

[[example]]
case = "出生不满90天：不列；正好90天：列为疑点"
given = """
registry_person @P1 birth_date=2018-07-03
registry_person @P2 birth_date=2018-07-02
"""
expect = ["P2"]

[[example]]
case = "已死亡：不列"
given = """
registry_person @P1 person_status=死亡
"""
expect = []

[[example]]
case = "医保停保原因为参军、入伍、服刑、外地或异地参保、死亡：不列"
given = """
registry_person @P1
insurance @P1 status=暂停 stop_reason=参军
registry_person @P2
insurance @P2 status=暂停 stop_reason=应征入伍
registry_person @P3
insurance @P3 status=暂停 stop_reason=服刑
registry_person @P4
insurance @P4 status=暂停 stop_reason=外地参保
registry_person @P5
insurance @P5 status=暂停 stop_reason=转异地参保
registry_person @P6
insurance @P6 status=暂停 stop_reason=死亡
"""
expect = []

[[example]]
case = "停保原因为其他，或是上年度的，或写在正常参保上：照常判断"
given = """
registry_person @P1
insurance @P1 status=终止 stop_reason=其他
registry_person @P2
insurance @P2 status=终止 stop_reason=外地参保 year=2017
"""
expect = ["P1", "P2"]

[[example]]
case = "参保名单里有记录很可能就是本人：待确认，不论在哪个乡镇；最接近的也多半不是本人：照列，那条记录只作佐证；很可能是本人而暂停、上年度的：照列"
given = """
registry_person @P1
insurance @P2 township_code=410622100
near_miss source=insurance record_id=registry_person:1 candidate=insurance:1
registry_person @P3
insurance @P4
near_miss source=insurance record_id=registry_person:2 candidate=insurance:2 likely=0
registry_person @P5
insurance @P6 status=暂停
near_miss source=insurance record_id=registry_person:3 candidate=insurance:3
registry_person @P7
insurance @P8 year=2017
near_miss source=insurance record_id=registry_person:4 candidate=insurance:4
registry_person @P9
"""
expect = [
    "P1 待确认 <- registry_person:1 insurance:1",
    "P3 <- registry_person:2 insurance:2",
    "P5 <- registry_person:3",
    "P7 <- registry_person:4",
    "P9 <- registry_person:5",
]

[[example]]
case = "高职在校生、学籍在高校、公安已登记死亡、停保原因写出国、境外、外省、未上学原因写外省：不列；高校已毕业、中职生：列为疑点"
given = """
registry_person @P1 student_status=高职一年级
registry_person @P2
student @P2 stage=高校
registry_person @P3
deceased @P3 death_date=2018-01-05
registry_person @P4
insurance @P4 status=终止 stop_reason=死亡 year=2017
registry_person @P5
insurance @P5 status=暂停 stop_reason=出国定居
registry_person @P6
insurance @P6 status=终止 stop_reason=境外居住
registry_person @P7
insurance @P7 status=暂停 stop_reason=在外省参保
registry_person @P8 absence_reason=外省就读
registry_person @P9
student @P9 stage=高校 status=毕业
registry_person @P10 student_status=中职一年级
student @P10 stage=中职
registry_person @P11 absence_reason=国外就读
registry_person @P12 student_status=高职二年级
registry_person @P13 student_status=高职三年级
"""
expect = ["P9", "P10"]

[[example]]
case = "参保状态没有写明或写法不认识：不能当作未参保，不列；没有写明的是上年度的：列为疑点"
given = """
registry_person @P1
insurance @P1 status=NULL
registry_person @P2
insurance @P2 status=NULL year=2017
"""
expect = ["P2"]

[[example]]
case = "停保原因写服役、服兵役、现役、在监狱、羁押、省外、外市、市外、户口迁出、港澳：不列"
given = """
registry_person @P1
insurance @P1 status=终止 stop_reason=服役
registry_person @P2
insurance @P2 status=终止 stop_reason=服兵役
registry_person @P3
insurance @P3 status=终止 stop_reason=现役军人
registry_person @P4
insurance @P4 status=终止 stop_reason=在监狱
registry_person @P5
insurance @P5 status=终止 stop_reason=羁押
registry_person @P6
insurance @P6 status=终止 stop_reason=省外参保
registry_person @P7
insurance @P7 status=终止 stop_reason=外市参保
registry_person @P8
insurance @P8 status=终止 stop_reason=市外参保
registry_person @P9
insurance @P9 status=终止 stop_reason=户口迁出
registry_person @P10
insurance @P10 status=终止 stop_reason=去港澳定居
"""
expect = []

[[example]]
case = "刚出生的孩子还没有证件号码、没有出生日期，本季度才登记：不列；早就登记的，有证件号码而看不出出生日期的：列为疑点"
given = """
registry_person @P1 birth_date=NULL age=NULL identified_date=2018-08-20 id_number=NULL
registry_person @P2 birth_date=NULL age=NULL identified_date=2016-08-20 id_number=NULL
registry_person @P3 birth_date=NULL age=NULL identified_date=2018-08-20 id_number=41062119760304
"""
expect = ["P2", "P3"]

[[example]]
case = "证号有错、本季度才登记的学龄前儿童，看不出是不是刚出生：待确认；早就登记的、大人的、证号没有错的：照列"
given = """
registry_person @P1 birth_date=NULL age=NULL id_class=BADDATE18 id_number=410621251808140455 identified_date=2018-08-14 education=学龄前儿童
registry_person @P2 birth_date=2012-08-03 age=6 id_class=BADCHECK18 id_number=410621201208037415 identified_date=2018-08-03 education=学龄前儿童
registry_person @P3 birth_date=NULL age=NULL id_class=BADDATE18 id_number=410621251808140455 identified_date=2018-07-02 education=学龄前儿童
registry_person @P4 birth_date=NULL age=NULL id_class=BADDATE18 id_number=410621251808140455 identified_date=2018-08-14 education=小学
registry_person @P5 birth_date=2012-08-03 age=6 id_class=VALID18 id_number=410621201208037415 identified_date=2018-08-03 education=学龄前儿童
registry_person @P6 birth_date=2018-08-03 age=0 id_class=BADCHECK18 id_number=410621201808037415 identified_date=2018-08-14 education=学龄前儿童
registry_person @P7 birth_date=NULL age=NULL id_class=BADDATE18 id_number=410621251808140455 education=学龄前儿童
"""
expect = ["P1 待确认", "P2 待确认", "P3", "P4", "P5", "P7"]

[[example]]
case = "医保名单里很可能就是本人的那条记录写明参军、外地参保，或状态没有写明：待确认；写明欠费停保：照列"
given = """
registry_person @P1
insurance @P2 status=终止 stop_reason=应征入伍
near_miss source=insurance record_id=registry_person:1 candidate=insurance:1
registry_person @P3
insurance @P4 status=终止 stop_reason=外地参保
near_miss source=insurance record_id=registry_person:2 candidate=insurance:2
registry_person @P5
insurance @P6 status=NULL
near_miss source=insurance record_id=registry_person:3 candidate=insurance:3
registry_person @P7
insurance @P8 status=终止 stop_reason=死亡
near_miss source=insurance record_id=registry_person:4 candidate=insurance:4
registry_person @P9
insurance @P10 status=暂停 stop_reason=欠费
near_miss source=insurance record_id=registry_person:5 candidate=insurance:5
"""
expect = [
    "P1 待确认 <- registry_person:1 insurance:1",
    "P3 待确认 <- registry_person:2 insurance:2",
    "P5 待确认 <- registry_person:3 insurance:3",
    "P7 待确认 <- registry_person:4 insurance:4",
    "P9 <- registry_person:5",
]
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, q.year AS year,
    CASE WHEN p.maybe_newborn = 1 THEN '待确认：证件号码有错、本季度才登记的学龄前儿童，先核对出生日期，刚出生的不列。' ELSE '' END AS newborn,
    p.maybe_newborn AS to_confirm
FROM must_insure p
CROSS JOIN parameter q
LEFT JOIN poor_cover i ON i.person_id = p.person_id
WHERE i.person_id IS NULL
