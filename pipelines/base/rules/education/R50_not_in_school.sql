/*
code = "R50"
title = "疑似失学辍学"
why = "义务教育年龄的建档立卡儿童没有在读学籍，可能失学辍学。"
policy = { clause = "二(三)2", quote = "确保不让一个贫困家庭学生因贫失学" }
owner = "教育局"
severity = "S1"
subject = "person"
sources = ["registry_person", "student"]
optional_sources = ["deceased", "insurance"]
absent_from = [{ list = "student" }]
due_days = 10
advice = [
    "到家中见到孩子本人，查在何处就读，外地的要就读证明",
    "查学籍姓名、证件号码是否与建档立卡一致，是否送教上门、空挂户或双重户籍；已批准延缓、免予入学的在建档立卡中登记",
    "确属失学辍学的，由学校、乡镇共同劝返复学",
]
message = "建档立卡在册儿童，现年{age}周岁，没有在读或休学的学籍。"
related = ["R14"]

[[example]]
case = "适龄、无学籍：列为疑点"
given = """
registry_person @P1 birth_date=2008-05-01 age=10
"""
expect = ["P1 <- registry_person:1"]

[[example]]
case = "8月31日满6周岁：列为疑点；次日才满：不列"
given = """
registry_person @P1 birth_date=2012-08-31 age=6
registry_person @P2 birth_date=2012-09-01 age=6
"""
expect = ["P1"]

[[example]]
case = "8月31日已满16周岁：不列；次日才满：列为疑点"
given = """
registry_person @P1 birth_date=2002-08-31 age=16
registry_person @P2 birth_date=2002-09-01 age=16
"""
expect = ["P2"]

[[example]]
case = "在读、休学：不列"
given = """
registry_person @P1 birth_date=2008-05-01
student @P1 stage=小学
registry_person @P2 birth_date=2008-05-01
student @P2 stage=小学 status=休学
"""
expect = []

[[example]]
case = "辍学、转出：列为疑点"
given = """
registry_person @P1 birth_date=2008-05-01 age=10
student @P1 stage=小学 status=辍学
registry_person @P2 birth_date=2008-05-01 age=10
student @P2 stage=小学 status=转出
registry_person @P3 birth_date=2004-05-01 age=14
student @P3 stage=初中 status=辍学
"""
expect = ["P1", "P2", "P3"]

[[example]]
case = "初中已毕业：不列；小学毕业未升学：列为疑点"
given = """
registry_person @P1 birth_date=2003-05-01
student @P1 stage=初中 status=毕业
registry_person @P2 birth_date=2006-05-01 age=12
student @P2 stage=小学 status=毕业
"""
expect = ["P2"]

[[example]]
case = "已死亡：不列"
given = """
registry_person @P1 birth_date=2008-05-01 person_status=死亡
"""
expect = []

[[example]]
case = "登记为缓学、延缓入学、免学、免予入学、外省就读、出国：不列；因贫、未填：列为疑点"
given = """
registry_person @P1 birth_date=2008-05-01 absence_reason=缓学
registry_person @P2 birth_date=2008-05-01 absence_reason=延缓入学
registry_person @P3 birth_date=2008-05-01 absence_reason=免学
registry_person @P4 birth_date=2008-05-01 absence_reason=免予入学
registry_person @P5 birth_date=2008-05-01 absence_reason=外省就读
registry_person @P6 birth_date=2008-05-01 absence_reason=随父母出国
registry_person @P7 birth_date=2008-05-01 absence_reason=因贫
"""
expect = ["P7"]

[[example]]
case = "初中已毕业而学籍已清、送教上门、登记毕业、公安登记死亡、医保登记外地：不列"
given = """
registry_person @P1 birth_date=2003-01-01 age=15 education=初中 student_status=非在校生
registry_person @P2 birth_date=2008-05-01 absence_reason=送教上门
registry_person @P3 birth_date=2003-05-01 absence_reason=初中毕业
registry_person @P4 birth_date=2008-05-01
deceased @P4 death_date=2018-08-01
registry_person @P5 birth_date=2008-05-01
insurance @P5 status=暂停 stop_reason=异地参保
registry_person @P6 birth_date=2003-01-01 age=15 education=高中
"""
expect = []

[[example]]
case = "未到初中毕业年龄、文化程度小学、仍登记在读九年级：列为疑点"
given = """
registry_person @P1 birth_date=2006-01-01 age=12 education=初中 student_status=非在校生
registry_person @P2 birth_date=2003-01-01 age=15 education=小学 student_status=非在校生
registry_person @P3 birth_date=2003-01-01 age=15 education=初中 student_status=九年级
registry_person @P4 birth_date=2003-01-01 age=15 student_status=非在校生
registry_person @P5 birth_date=2003-01-01 education=初中
"""
expect = ["P1", "P2", "P3", "P4", "P5"]

[[example]]
case = "没有出生日期而登记小学、初中在读：列为疑点；登记高中或没有登记：不列"
given = """
registry_person @P1 birth_date=NULL age=NULL student_status=小学
registry_person @P2 birth_date=NULL age=NULL student_status=七年级
registry_person @P3 birth_date=NULL age=NULL student_status=高中一年级
registry_person @P4 birth_date=NULL age=NULL
"""
expect = ["P1", "P2"]

[[example]]
case = "9岁只有学前学籍：列为疑点；7岁、另有小学学籍：不列"
given = """
registry_person @P1 birth_date=2009-05-01 age=9
student @P1 stage=学前
registry_person @P2 birth_date=2011-05-01 age=7
student @P2 stage=学前
registry_person @P3 birth_date=2009-05-01 age=9
student @P3 stage=学前
student @P3 stage=小学
"""
expect = ["P1"]

[[example]]
case = "学籍状态没有填写：在学籍名单上，不列"
given = """
registry_person @P1 birth_date=2008-05-01 age=10
student @P1 stage=小学 status=NULL
"""
expect = []

[[example]]
case = "未上学原因写明在某处就读（民办学校、随父母在郑州）：不列；写未就读、无法就读、不愿就读：列为疑点"
given = """
registry_person @P1 birth_date=2008-05-01 absence_reason=在民办学校就读
registry_person @P2 birth_date=2008-05-01 absence_reason=随父母在郑州就读
registry_person @P3 birth_date=2008-05-01 absence_reason=在家未就读
registry_person @P4 birth_date=2008-05-01 absence_reason=因病无法就读
registry_person @P5 birth_date=2008-05-01 absence_reason=本人不愿就读
"""
expect = ["P3", "P4", "P5"]
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence, p.age AS age
FROM out_of_school p
