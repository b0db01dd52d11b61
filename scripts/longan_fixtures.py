#!/usr/bin/env python3
"""Invents the lists of two months for fixtures/longan-2025, and who stands in each of their rows.

  python3 scripts/longan_fixtures.py [fixtures/longan-2025]

Needs openpyxl and pyarrow. Everything is drawn by hashing a household or person with a topic: the same script writes the
same bytes, and a person's story goes on in the second month. Nobody in them exists, nor do the prefecture, its codes and
its places. truth/<month>/records.csv says of every record who it is.
"""

import csv
import datetime
import hashlib
import io
import pathlib
import re
import sys
import zipfile

import openpyxl
import pyarrow
import pyarrow.parquet

HOUSEHOLDS = 260
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PLACES = [
    ("江东区", "江东街道", "529702"), ("云梯县", "云梯镇", "529721"), ("云梯县", "响水乡", "529721"),
    ("石桥县", "石桥镇", "529722"), ("石桥县", "茶山乡", "529722"), ("江东区", "白果镇", "529702"),
]
VILLAGES = {
    "江东街道": ["东风社区", "滨江社区"], "白果镇": ["白果村", "柳溪村"], "云梯镇": ["青岩村", "马鞍村"],
    "响水乡": ["响水村", "松坪村", "大湾村"], "石桥镇": ["石桥村", "长田村"], "茶山乡": ["茶山村", "竹林村"],
}
SURNAMES = "韦罗杨吴龙石潘陆蒙覃莫岑黎梁卢邓谭田冉向彭滕麻欧"
GIVEN = ["秀兰", "德福", "小梅", "志强", "玉珍", "国华", "建平", "春花", "永胜", "桂英", "正明", "昌贵", "金莲", "光荣", "彩云",
         "文斌", "老幺", "启航", "思雨", "子轩", "欣怡", "浩然", "梓涵", "家兴", "素芬", "忠良", "朝晖", "月娥", "成林", "应龙"]
# Households of which it is told how they stand with the monitoring system: none of it, no longer watched, watched.
HEAVY_BILLS, BAD_WATER, TO_TOWN, TWO_BENEFITS, PUPIL_AT_WORK, VANISHED, TWO_COUNTIES = 17, 48, 77, 111, 67, 30, 130
STORIES = {HEAVY_BILLS: 0.9, BAD_WATER: 0.75, TO_TOWN: 0.9, TWO_BENEFITS: 0.9, VANISHED: 0.5}
RISKS = ["因病", "因残", "因学", "因灾", "因务工不稳", "因缺劳动力"]
MEASURES = ["产业帮扶", "就业帮扶", "公益性岗位", "医疗救助", "教育资助", "社会帮扶"]


def chance(entity, topic):
    """A number in [0, 1) that belongs to this entity and topic for ever."""
    return int.from_bytes(hashlib.sha256(f"{entity}/{topic}".encode()).digest()[:6], "big") / 2**48


def pick(entity, topic, choices):
    return choices[int(chance(entity, topic) * len(choices))]


class Person:
    def __init__(self, key, home, name, sex, birth, relation):
        self.key, self.home, self.name, self.sex, self.birth, self.relation = key, home, name, sex, birth, relation
        front = f"{home.county_code}{birth}"
        last = int(key[1:]) % 500 * 2 + (1 if sex == "男" else 0)
        body = f"{front}{last:03d}"
        self.number = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS)) % 11]

    @property
    def age(self):
        return 2025 - int(self.birth[:4]) - (self.birth[4:] > "0331")

    def draw(self, topic):
        return chance(self.key, topic)


class Home:
    """A household; what it is stays, what is known of it goes on by month."""

    def __init__(self, number, people):
        self.key = f"h{number:04d}"
        self.county, self.township, self.county_code = pick(self.key, "place", PLACES)
        self.village = pick(self.key, "village", VILLAGES[self.township])
        self.no = f"{self.county_code}{number:06d}"
        drawn = STORIES.get(number, chance(self.key, "kind"))
        # lifted, watched, no longer watched, none of the monitoring system's.
        self.kind = "脱贫户" if drawn < 0.45 else "监测" if drawn < 0.68 else "已消除" if drawn < 0.82 else "一般"
        self.type = "脱贫户" if self.kind == "脱贫户" else pick(self.key, "type", ["脱贫不稳定户", "边缘易致贫户", "突发严重困难户"])
        low = chance(self.key, "low")
        share = {"脱贫户": 0.25, "监测": 0.75, "已消除": 0.35, "一般": 0.9}[self.kind]
        self.low = "低保" if number in (TO_TOWN, TWO_BENEFITS, TWO_COUNTIES) else None if low > share else pick(self.key, "category", ["低保"] * 5 + ["低保边缘"] * 2 + ["刚性支出困难", "其他", "特困"])
        surname = pick(self.key, "surname", SURNAMES)
        self.people = []
        size = 1 if self.low == "特困" else 1 + int(chance(self.key, "size") * 4)
        head_age = 66 + int(chance(self.key, "old") * 12) if size == 1 else 36 + int(chance(self.key, "age") * 22)
        makeup = [("户主", "男" if chance(self.key, "head") < 0.8 else "女", head_age)]
        if size > 1:
            makeup.append(("配偶", "女" if makeup[0][1] == "男" else "男", head_age - 2))
        for child in range(2, size):
            makeup.append(("之子" if chance(self.key, f"c{child}") < 0.5 else "之女", None, 5 + int(chance(self.key, f"a{child}") * 15)))
        for place, (relation, sex, age) in enumerate(makeup):
            sex = sex or ("男" if relation == "之子" else "女")
            key = f"p{len(people):05d}"
            month, day = 1 + int(chance(key, "m") * 12), 1 + int(chance(key, "d") * 28)
            last = surname if relation != "配偶" else pick(key, "surname", SURNAMES)
            person = Person(key, self, last + pick(key, "given", GIVEN), sex, f"{2024 - age}{month:02d}{day:02d}", relation)
            self.people.append(person)
            people.append(person)

    def draw(self, topic):
        return chance(self.key, topic)

    def story(self, number):
        """A few households have a story that chance alone would not bring."""
        return int(self.key[1:]) == number

    @property
    def head(self):
        return self.people[0]


def plain_xlsx(rows):
    """A workbook of one sheet whose bytes do not depend on the day."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "数据"
    for row in rows:
        sheet.append(row)
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2025-04-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(item.filename, (2025, 4, 1, 0, 0, 0)), content)
    return out.getvalue()


def plain_csv(rows, encoding):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


def plain_parquet(rows):
    columns = {name: pyarrow.array([str(row[at]) for row in rows[1:]]) for at, name in enumerate(rows[0])}
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), out)
    return out.getvalue()


class Month:
    def __init__(self, root, name, homes, people):
        self.folder, self.name, self.homes, self.people = root / name, name, homes, people
        self.year, self.month = int(name[:4]), int(name[5:])
        self.second = self.month == 3
        self.records = []
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.iterdir():
            old.unlink()

    def wrong(self, entity, topic, share):
        """Something is wrong: a third of it is put right by the second month, and some is new then."""
        drawn = chance(entity, topic)
        return drawn < share * 0.7 or (not self.second and drawn < share) or (self.second and drawn > 1 - share * 0.3)

    def back(self, months):
        at = self.year * 12 + self.month - 1 - months
        return f"{at // 12}{at % 12 + 1:02d}"

    def write(self, source, file, head, rows, form):
        """`rows`: (person, cells)."""
        table = [head] + [cells for _, cells in rows]
        if form == "xlsx":
            content = plain_xlsx([[f"{file.split('_')[0].split('.')[0]}（{self.year}年{self.month}月）"]] + table)
            prefix, first = "s1.r", 3
        elif form == "parquet":
            content, prefix, first = plain_parquet(table), "r", 1
        else:
            content, prefix, first = plain_csv(table, form), "r", 2
        (self.folder / file).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()[:8]
        for at, (person, _) in enumerate(rows):
            self.records.append([f"{source}:{digest}.{prefix}{at + first}", source, person.key, person.home.key, ""])

    def place(self, home):
        return [home.county, home.township, home.village]

    def all(self):
        self.registry()
        self.low_income()
        self.health()
        self.school_and_disability()
        self.others()
        truth = self.folder.parent / "truth" / self.name
        truth.mkdir(parents=True, exist_ok=True)
        with open(truth / "records.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["record_id", "source", "person", "household", "error_kinds"])
            writer.writerows(self.records)

    def dead(self, person):
        """Day of death, if it lies before the end of the month."""
        drawn = person.draw("dead")
        if person.age >= 60 and drawn < 0.08:
            return f"2024-{10 + int(person.draw('dm') * 3):02d}-{1 + int(person.draw('dd') * 28):02d}"
        if self.second and drawn > 0.996:
            return "2025-03-18"
        return None

    def registry(self):
        households, persons = [], []
        for home in self.homes:
            if home.kind == "一般" or home.story(VANISHED) and self.second:
                continue
            watched = home.kind != "脱贫户"
            identified = pick(home.key, "identified", ["202306", "202311", "202403", "202408", "202410", "202412", self.back(1), "202501"])
            released = home.kind == "已消除"
            measure = "" if watched and self.wrong(home.key, "measure", 0.12) else pick(home.key, "what", MEASURES) if watched else ""
            eliminated = ""
            if released:
                eliminated = "202501" if home.draw("soon") > 0.15 or identified > "202412" else "202412"
            labour = any(16 <= p.age < 60 for p in home.people)
            kind = "" if home.draw("no type") < 0.01 else home.type if watched else "脱贫户"
            status = "" if not watched or home.draw("status blank") < 0.04 else "已消除" if released else "未消除"
            mode = "" if not released or home.draw("no mode") < 0.1 else "自然消除" if home.draw("mode") < 0.1 else "帮扶消除"
            households.append((home.head, self.place(home) + [
                home.no, home.head.name, home.head.number, kind, "" if not watched or home.draw("no start") < 0.05 else identified,
                pick(home.key, "risk", RISKS) if watched else "", status, "" if home.draw("no end") < 0.1 else eliminated, mode,
                "是" if (not labour) != (home.draw("slip") < 0.04) else "否", len(home.people),
                "" if home.draw("no income") < 0.02 else int(6500 + home.draw("income") * 14000), 0 if home.draw("zero") < 0.1 else int(900 + home.draw("transfer") * 6000),
                measure, max(identified, "202410") if measure else "", "否" if home.draw("water") < 0.03 or home.story(BAD_WATER) else "是",
                pick(home.key, "helper", ["陆振声", "覃兆丰", "莫秋实", "岑有为"]),
                "" if home.draw("phone") < 0.04 else ("1390000%04d" % int(home.draw("number") * 10000))[: 10 if home.draw("cut") < 0.03 else 11],
            ]))
            for person in home.people:
                dead = self.dead(person)
                adult = 16 <= person.age < 60
                ability = "普通劳动力" if adult and person.draw("ability") > 0.12 else "弱劳动力" if adult else "无劳动力"
                if adult and self.pupil(person):
                    ability = "无劳动力"
                if adult and person.draw("no ability") < 0.02:
                    ability = ""
                number = person.number[:-1] if person.draw("short") < 0.008 else person.number
                status = "死亡" if dead and dead < "2024-12" and person.draw("told") > 0.25 else "正常"
                health = "长期慢性病" if person.draw("ill") < (0.35 if person.age > 55 else 0.05) else "健康"
                persons.append((person, self.place(home) + [
                    home.no, f"{home.no}{person.key[-2:]}", person.name, person.sex, number, person.relation, health, ability,
                    self.worked(person), "", status,
                ]))
            # A daughter who married stands with her parents, too.
            if len(home.people) > 2 and len(households) > 1 and home.draw("twice") < 0.04:
                before = households[-2][1]
                persons.append((home.people[-1], before[:3] + [before[3], f"{before[3]}99"] + persons[-1][1][5:]))
        head = ["县", "乡镇", "村", "户编号", "户主姓名", "户主证件号码", "户类型", "监测对象识别时间", "主要返贫致贫风险", "风险是否已消除",
                "风险消除时间", "风险消除方式", "是否整户无劳动力", "家庭人口", "人均纯收入", "转移性收入", "帮扶措施", "首次落实帮扶措施时间",
                "饮水是否安全", "帮扶责任人", "联系电话"]
        self.write("registry_household", "监测系统户信息.xlsx", head, households, "xlsx")
        head = ["县", "乡镇", "村", "户编号", "人编号", "姓名", "性别", "证件号码", "与户主关系", "健康状况", "劳动技能", "务工时间(月)",
                "义务教育阶段未上学原因", "人员状态"]
        self.write("registry_person", "监测系统人口信息.xlsx", head, persons, "xlsx")

    def pupil(self, person):
        return 6 <= person.age <= 19

    def worked(self, person):
        able = 16 <= person.age < 60 and not self.pupil(person) and person.draw("ability") > 0.12
        return 6 if able and person.draw("work") < 0.75 else 0

    def low_income(self):
        rows = {}
        for home in self.homes:
            if not home.low:
                continue
            stopped = "202412" if home.draw("stopped") < 0.07 else ""
            income = {"低保": 380, "特困": 0, "低保边缘": 800, "刚性支出困难": 1250, "其他": 900}[home.low] + int(home.draw("spread") * 160)
            if home.low == "低保边缘" and home.draw("rich") < 0.25:
                income = 1200
            yearly = income * 12 * len(home.people)
            rigid = int(yearly * (0.4 if home.draw("rigid") < 0.3 else 0.8)) if home.low == "刚性支出困难" else ""
            area = "城市" if home.township == "江东街道" and not home.story(TO_TOWN) else "农村"
            for person in home.people:
                dead = self.dead(person)
                if dead and person.draw("gone") > 0.4:
                    continue
                cells = self.place(home) + [
                    "D" + home.no[-8:], person.name, self.slip(person), person.relation, home.low, area, "202308", stopped,
                    "收入超过标准" if stopped else "", "202502" if home.draw("fade") < 0.05 and not stopped else "", len(home.people), income,
                    yearly, rigid, 320 + int(home.draw("paid") * 300) + 8 * self.second if home.low in ("低保", "特困") else "",
                ]
                rows.setdefault(home.county, []).append((person, cells))
                if person is home.head and home.story(TWO_BENEFITS):
                    other = list(cells)
                    other[3], other[8] = "C" + home.no[-8:], "农村" if area == "城市" else "城市"
                    rows[home.county].append((person, other))
                if person is home.head and home.story(TWO_COUNTIES):
                    other = next(county for county, _, _ in PLACES if county != home.county)
                    rows.setdefault(other, []).append((person, [other, "", "", "E" + home.no[-8:]] + cells[4:]))
                if home.low == "低保" and person is home.head and self.wrong(home.key, "twice", 0.04):
                    other = list(cells)
                    other[3], other[7] = "B" + home.no[-8:], "低保边缘"
                    other[15] = ""
                    rows[home.county].append((person, other))
        head = ["县", "乡镇", "村", "家庭编号", "姓名", "身份证号", "与户主关系", "低收入人口类别", "城乡类别", "纳入年月", "退出年月", "退出原因",
                "渐退期至", "家庭人口数", "家庭月人均收入(元)", "家庭年收入(元)", "家庭年刚性支出(元)", "月救助金额(元)"]
        for (county, form, end) in [("江东区", "gbk", "csv"), ("云梯县", "xlsx", "xlsx"), ("石桥县", "utf-8-sig", "csv")]:
            self.write("low_income", f"低收入人口_{county}.{end}", head, rows[county], form)

    def slip(self, person):
        """Now and then a digit of the number is wrong."""
        return person.number[:-2] + str((int(person.number[-2]) + 1) % 10) + person.number[-1] if person.draw("slip") < 0.008 else person.number

    def health(self):
        burden, insured, chronic = [], [], []
        for home in self.homes:
            for person in home.people:
                if self.dead(person):
                    continue
                if home.story(HEAVY_BILLS) and person is home.head:
                    burden.append((person, self.place(home) + [person.name, person.number, "202411", "住院", 80000, 31000]))
                elif person.draw("treated") < 0.2:
                    heavy = 9000 if person.draw("heavy") < 0.2 else 26000 if person.draw("heavy") < 0.3 else 700
                    for visit in range(1 + int(person.draw("visits") * 3)):
                        paid = int(heavy * (0.3 + 0.4 * person.draw(f"v{visit}")))
                        month = self.back(1 + int(person.draw(f"w{visit}") * 14) - (visit == 0))
                        burden.append((person, self.place(home) + [person.name, person.number, month, "住院" if visit == 0 else "门诊", paid * 3, paid]))
                if not self.wrong(person.key, "insured", 0.06):
                    insured.append((person, ["2025", person.name, person.number] + self.place(home) + ["城乡居民", "正常参保", "", "是" if home.low else "否"]))
                elif person.draw("excuse") < 0.3:
                    insured.append((person, ["2025", person.name, person.number] + self.place(home) + ["城乡居民", "暂停", "外地参保", "否"]))
                if person.draw("ill") < (0.35 if person.age > 55 else 0.05) and not self.wrong(person.key, "approved", 0.3):
                    chronic.append((person, self.place(home) + [person.name, person.number, pick(person.key, "sick", ["高血压", "糖尿病", "门诊慢特病"]), "202306", "有效"]))
        self.write("medical_burden", "医疗费用负担.csv", ["县", "乡镇", "村", "姓名", "身份证号", "结算年月", "就医类别", "医疗总费用(元)", "个人自付(元)"], burden, "gb18030")
        self.write("insurance", "医保参保.parquet", ["参保年度", "姓名", "身份证号", "县", "乡镇", "村", "险种", "参保状态", "停保原因", "资助参保标识"], insured, "parquet")
        self.write("chronic_approval", "两病慢特病认定.csv", ["县", "乡镇", "村", "姓名", "身份证号", "认定类别", "认定年月", "待遇状态"], chronic, "gb18030")

    def school_and_disability(self):
        pupils, certificates, subsidies = [], [], []
        for home in self.homes:
            for person in home.people:
                if self.dead(person):
                    if person.draw("paid on") < 0.4:
                        subsidies.append((person, self.place(home) + [person.name, person.number, "否", "是", "202309"]))
                    continue
                if self.pupil(person) and not self.wrong(person.key, "school", 0.06):
                    stage = "小学" if person.age < 12 else "初中" if person.age < 15 else "普通高中" if person.draw("stage") < 0.6 else "中职"
                    school = home.township + {"小学": "中心小学", "初中": "初级中学"}.get(stage, "") if stage in ("小学", "初中") else home.county + "第一中学"
                    pupils.append((person, [school, stage, person.name, person.sex, person.number, "G" + person.number, home.county, home.township,
                                            home.village, home.head.name, "在读"]))
                if person.draw("disabled") < 0.1:
                    grade = pick(person.key, "grade", ["一级", "二级", "三级", "四级"])
                    certificates.append((person, self.place(home) + [person.name, person.number, pick(person.key, "cat", ["肢体", "视力", "听力", "智力"]), grade, "有效"]))
                    living = home.low == "低保" and not self.wrong(person.key, "living", 0.25)
                    nursing = grade in ("一级", "二级") and not self.wrong(person.key, "nursing", 0.25)
                    if living or nursing:
                        subsidies.append((person, self.place(home) + [person.name, person.number, "是" if living else "否", "是" if nursing else "否", "202309"]))
        self.write("student", "学籍.parquet", ["学校", "学段", "姓名", "性别", "身份证件号", "全国学籍号", "县", "乡镇", "村", "监护人姓名", "学籍状态"], pupils, "parquet")
        self.write("disability_certificate", "残疾人证.xlsx", ["县", "乡镇", "村", "姓名", "身份证号", "残疾类别", "残疾等级", "证件状态"], certificates, "xlsx")
        self.write("disability_subsidy", "残疾人两项补贴.csv", ["县", "乡镇", "村", "姓名", "身份证号", "困难残疾人生活补贴", "重度残疾人护理补贴", "享受起始年月"], subsidies, "utf-8")

    def others(self):
        houses, deaths, moves, work, leads = [], [], [], [], []
        for number, home in enumerate(self.homes):
            level = "D" if home.draw("house") < 0.04 else "C" if home.draw("house") < 0.1 else "B" if home.draw("house") < 0.4 else "A"
            settled = "是" if home.draw("settled") < 0.4 or (self.second and home.draw("settled") < 0.5) else "否"
            houses.append((home.head, self.place(home) + [home.head.name, home.head.number, level, pick(home.key, "seen", ["202409", "202411", "202501"]),
                                                          settled if level in "CD" else "", "维修加固" if level in "CD" else ""]))
            for person in home.people:
                dead = self.dead(person)
                if dead:
                    deaths.append((person, [person.name, person.number, dead] + self.place(home)))
                    if person.draw("post on") < 0.6:
                        work.append((person, self.place(home) + [person.name, person.number, self.back(0), "公益性岗位", "保洁员", "600"]))
                    continue
                if home.story(TO_TOWN):
                    moves.append((person, [person.name, person.number, "迁入城镇", "2024-11-20"] + self.place(home) + [home.county]))
                elif person.draw("moved") < 0.02:
                    kind = pick(person.key, "to", ["迁出市外", "迁出市外", "迁入城镇", "市内迁移"])
                    moves.append((person, [person.name, person.number, kind, "2024-12-12"] + self.place(home) + ["外地" if kind == "迁出市外" else home.county]))
                if home.story(PUPIL_AT_WORK) and self.pupil(person):
                    work.append((person, self.place(home) + [person.name, person.number, self.back(0), "公益性岗位", "保洁员", "600"]))
                elif self.worked(person) and not self.wrong(person.key, "listed", 0.1):
                    for back in range(6):
                        kind = "公益性岗位" if person.draw("post") < 0.1 else "务工"
                        work.append((person, self.place(home) + [person.name, person.number, self.back(back), kind, "护林员" if kind != "务工" else "县工业园", "800" if kind != "务工" else "2800"]))
                        if kind != "务工" and back == 0 and person.draw("posts") < 0.3:
                            work.append((person, self.place(home) + [person.name, person.number, self.back(back), kind, "保洁员", "600"]))
            if home.draw("lead") < 0.3 or (self.second and home.draw("lead") < 0.36):
                received = pick(home.key, "received", ["2025-01-06", "2025-01-15", "2025-02-05", "2025-02-12", "2025-02-20"]) if home.draw("lead") < 0.3 else "2025-03-12"
                late = self.wrong(home.key, "late", 0.2)
                result = pick(home.key, "result", ["不符合条件", "纳入监测", "纳入低收入人口", "已有帮扶"])
                decided = "" if late else str(datetime.date.fromisoformat(received) + datetime.timedelta(days=12))
                leads.append((home.head, [f"LA{number:05d}", pick(home.key, "channel", ["12345热线", "本人申请", "部门预警", "信访"]), received, home.head.name,
                                          home.head.number] + self.place(home) + [decided, "" if late else result]))
        self.write("housing_watch", "农村住房安全动态监测.xlsx", ["县", "乡镇", "村", "户主姓名", "户主身份证号", "鉴定等级", "排查年月", "隐患是否消除", "处置措施"], houses, "xlsx")
        self.write("deceased", "死亡人员.csv", ["姓名", "身份证号", "死亡日期", "县", "乡镇", "村"], deaths, "gb18030")
        self.write("moved", "户籍迁移.csv", ["姓名", "身份证号", "迁移类别", "迁移日期", "县", "乡镇", "村", "迁往地"], moves, "gb18030")
        self.write("employment", "就业监测.parquet", ["县", "乡镇", "村", "姓名", "身份证号", "就业年月", "就业形式", "用工单位", "月工资(元)"], work, "parquet")
        self.write("lead", "风险线索.xlsx", ["线索编号", "线索来源", "受理日期", "姓名", "身份证号", "县", "乡镇", "村", "办结日期", "处理结果"], leads, "xlsx")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "fixtures/longan-2025")
    people = []
    homes = [Home(number, people) for number in range(1, HOUSEHOLDS + 1)]
    for month in ("2025M02", "2025M03"):
        Month(root, month, homes, people).all()


if __name__ == "__main__":
    main()
