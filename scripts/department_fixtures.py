#!/usr/bin/env python3
"""Invents the extracts of the other departments for fixtures/hebi, and what is true about them.

  python3 scripts/department_fixtures.py [fixtures/hebi]

Run it after the fixtures of `bidui synth` were written anew; it needs openpyxl and pyarrow. It
reads the people from truth/<quarter>/records.csv and from the registry's, insurers' and schools' extracts
of a quarter, writes <quarter>/部门/ in the formats departments use, and puts the new records and
the exceptions they cause after the generator's own lines of truth/<quarter>/. Everything is drawn by
hashing the person's true id with a topic: the same people and the same script give the same
rows, and a person's story goes on in the next quarter. The truth is read off the invented
lives, never off a match.
"""

import csv
import hashlib
import io
import pathlib
import re
import sys
import zipfile

import openpyxl
import pyarrow
import pyarrow.parquet

BASE = ["registry_household", "registry_person", "dibao", "tekun", "insurance", "housing", "student", "student_aid"]
# Rules that ask only for those who still enjoy the policies.
ENTITLED_ONLY = {f"R{n}" for n in "27 28 28b 28c 40 41 42 43 44 45 46 47 56 65 67 68 69 92".split()}
# Same reading, other character.
HOMOPHONES = dict(zip("明伟红军丽建英志", "鸣玮洪均莉健瑛至"))
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def chance(entity, topic):
    """A number in [0, 1) that belongs to this entity and topic for ever."""
    return int.from_bytes(hashlib.sha256(f"{entity}/{topic}".encode()).digest()[:6], "big") / 2**48


def valid(number):
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    return "10X98765432"[sum(int(d) * w for d, w in zip(number, WEIGHTS)) % 11] == number[17]


class Person:
    """What is true of one person; the registry's columns are those of the person's own row."""

    def __init__(self, key):
        self.key, self.household = key, ""
        self.number = self.name = self.born = None
        self.place = ("", "", "")
        self.poor, self.status, self.no = False, None, None
        self.relation = self.school = self.health = self.labour = None
        self.months = 0
        self.dibao = self.tekun = self.dead = False

    @property
    def birth(self):
        return self.number[6:14] if self.number else self.born

    def age(self, day):
        return int(day[:4]) - int(self.birth[:4]) - (day[4:] < self.birth[4:])

    @property
    def sex(self):
        return "男" if int(self.number[16]) % 2 else "女"


def truth_folder(folder):
    """What is true of a quarter lies beside its data folder."""
    return folder.parent / "truth" / folder.name


class World:
    """People and households of one quarter."""

    def __init__(self, folder):
        self.folder = folder
        self.people, self.homes = {}, []
        with open(truth_folder(folder) / "records.csv", encoding="utf-8") as file:
            self.truth = {r["record_id"]: r for r in csv.DictReader(file) if r["source"] in BASE}
        self.files = {}
        for path in sorted(folder.iterdir()):
            if path.is_file():
                self.files[path] = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        self.insurance()
        self.registry()
        self.students()
        for record in self.truth.values():
            if record["source"] == "tekun":
                self.person(record).tekun = True
            if record["source"] == "dibao":
                self.person(record).dibao = True

    def person(self, record):
        person = self.people.setdefault(record["person"], Person(record["person"]))
        person.household = record["household"]
        return person

    def learn(self, record, name, number, place=None):
        """Takes name and number from a row unless the truth says that they are wrong there."""
        person = self.person(record)
        kinds = record["error_kinds"]
        number = str(number or "").strip().upper()
        if "id_cert" in kinds:
            number = number[:18]
        elif "id_fifteen" in kinds and len(number) == 15:
            number = next(n for d in "0123456789X" if valid(n := number[:6] + "19" + number[6:] + d))
        readable = "id_" not in kinds or "id_cert" in kinds or "id_fifteen" in kinds
        if not person.number and readable and valid(number):
            person.number = number
        if not person.name and "name_" not in kinds and name:
            person.name = str(name).strip()
        if place and not person.place[0] and "village_moved" not in kinds:
            person.place = tuple(str(p or "") for p in place)
        return person

    def insurance(self):
        for path, digest in self.files.items():
            if not path.name.startswith("医保参保"):
                continue
            rows = list(csv.reader(io.StringIO(path.read_bytes().decode("gb18030"))))
            start = next(i for i, r in enumerate(rows) if len(r) > 5 and r[1] == "姓名")
            for i, row in enumerate(rows[start + 1:], start + 2):
                record = self.truth.get(f"insurance:{digest}.r{i}")
                if record:
                    person = self.learn(record, row[1], row[2], row[5:8])
                    person.dead = person.dead or (row[9] != "正常参保" and "死亡" in row[10])
                    stated = [int(n) for n in re.findall(r"\d+", row[4])]
                    if "birth_" not in record["error_kinds"] and len(stated) == 3:
                        person.born = "%04d%02d%02d" % tuple(stated)
                    elif "birth_" not in record["error_kinds"] and len(stated) == 1 and len(row[4]) == 8:
                        person.born = row[4]

    def sheets(self, name):
        path = self.folder / name
        book = openpyxl.load_workbook(path, read_only=True)
        for number, sheet in enumerate(book.worksheets, 1):
            for i, row in enumerate(sheet.iter_rows(values_only=True), 1):
                yield f"{self.files[path]}.s{number}.r{i}", row

    def registry(self):
        by_no = {}
        for place, row in self.sheets("建档立卡人口信息.xlsx"):
            record = self.truth.get(f"registry_person:{place}")
            if not record:
                continue
            person = self.learn(record, row[5], row[7], row[0:3])
            if row[19] == "正常":
                person.poor, person.no = True, str(row[3])
                person.relation, person.school, person.health, person.labour = row[8], row[11], row[12], row[13]
                person.months = int(row[14] or 0)
                by_no.setdefault(person.no, []).append(person)
        for place, row in self.sheets("建档立卡户信息.xlsx"):
            record = self.truth.get(f"registry_household:{place}")
            if record:
                members = by_no.get(str(row[3]), [])
                self.homes.append((record["household"], str(row[3]), row[7], row[9], members))

    def students(self):
        path = self.folder / "学籍.parquet"
        for i, row in enumerate(pyarrow.parquet.read_table(path).to_pylist(), 1):
            record = self.truth.get(f"student:{self.files[path]}.r{i}")
            if record:
                self.learn(record, row["姓名"], row["身份证件号"])


class Quarter:
    """Writes one quarter."""

    def __init__(self, folder):
        self.folder, self.name = folder, folder.name
        self.year = int(self.name[:4])
        self.later = self.name.endswith("Q4")
        self.end = self.name[:4] + {"1": "0331", "2": "0630", "3": "0930", "4": "1231"}[self.name[5]]
        self.start = self.name[:4] + {"1": "0101", "2": "0401", "3": "0701", "4": "1001"}[self.name[5]]
        self.w = World(folder)
        self.records, self.expected = [], set()
        (folder / "部门").mkdir(exist_ok=True)
        for old in (folder / "部门").iterdir():
            old.unlink()
        # Whose household no longer enjoys the policies, and whom the insurer calls dead.
        self.released = {p.key for p in self.w.people.values() if p.dead}
        self.released |= {p.key for _, _, status, _, members in self.w.homes if status == "已脱贫(不再享受政策)" for p in members}
        self.known = [p for _, p in sorted(self.w.people.items()) if p.number and p.name]
        self.poor = [p for p in self.known if p.poor]
        # Registered poor of whom no record states number and name: they are on no other list.
        self.unknown = [p for _, p in sorted(self.w.people.items()) if p.poor and not (p.number and p.name)]

    def wrong(self, entity, topic, share):
        """Something is wrong: most of it is put right by the next quarter, and some is new then."""
        drawn = chance(entity, topic)
        return drawn < share * 0.7 or (not self.later and drawn < share) or (self.later and drawn > 1 - share * 0.3)

    def expect(self, rule, entity, key="", kind="person"):
        if rule in ENTITLED_ONLY and entity in self.released:
            return
        self.expected.add(f"{rule},{kind},{entity},{key}")

    def delivered(self, source, person, kinds=True):
        """Name and number as the department has them, and what is wrong with them."""
        drawn, name, number = chance(person.key, f"slip/{source}"), person.name, person.number
        if not kinds or drawn > 0.06:
            return name, number, ""
        if drawn < 0.015 and number[6:8] == "19":
            return name, number[:6] + number[8:17], "id_fifteen"
        if drawn < 0.025 and number[17] == "X":
            return name, number[:17] + "x", "id_format"
        if drawn < 0.03:
            return name, f"{int(number[:15]) / 1e14:.14f}E+17", "id_damaged"
        if drawn < 0.035:
            return name, " " + number + "\t", "id_format"
        if drawn < 0.042:
            slip = number[:15] + str((int(number[15]) + 3) % 10) + number[16:]
            # These sequences are taken for numbers that Excel cut, and for temporary ones.
            if slip[14:17] not in ("000", "999"):
                self.expect("R14", person.key)
                return name, slip, "id_typo"
        for at in range(1, len(name)):
            if name[at] in HOMOPHONES:
                return name[:at] + HOMOPHONES[name[at]] + name[at + 1:], number, "name_homophone"
        return name, number, ""

    def table(self, source, rows, header, slips=True):
        """Rows as delivered: (person, values). 姓名 and 身份证号 are the first two columns."""
        out, people = [header], []
        for person, values in rows:
            name, number, kinds = self.delivered(source, person, slips)
            out.append([name, number, *values])
            people.append([(0, person, kinds)])
        return out, people

    def place(self, person):
        return list(person.place)

    def write(self, source, name, table, format, titles=()):
        """Writes a table and remembers who its records are."""
        rows, people = table
        path = self.folder / "部门" / name
        rows = [[("" if v is None else v) for v in row] for row in rows]
        if format == "xlsx":
            data = workbook(rows, titles)
            first, place = 2 + len(titles), ".s1"
        elif format == "dbf":
            data, first, place = dbf(rows), 1, ""
        elif format == "parquet":
            data, first, place = parquet(rows), 1, ""
        else:
            text = io.StringIO()
            csv.writer(text, lineterminator="\r\n").writerows([[t] for t in titles] + rows)
            data = text.getvalue().encode("gb18030" if format == "gb18030" else "utf-8-sig")
            first, place = 2 + len(titles), ""
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()[:8]
        for number, members in enumerate(people, first):
            for member, person, kinds in members:
                suffix = f".m{member}" if member else ""
                record = f"{source}:{digest}{place}.r{number}{suffix}"
                self.records.append(f"{record},{source},{person.key},{person.household},{kinds}")

    def finish(self):
        """Puts the new lines after the generator's own."""
        truth = truth_folder(self.folder)
        lines = (truth / "records.csv").read_text(encoding="utf-8").splitlines()
        lines = [lines[0]] + [line for line in lines[1:] if line.split(",")[1] in BASE]
        (truth / "records.csv").write_text("\n".join(lines + self.records) + "\n", encoding="utf-8")
        lines = (truth / "exceptions.csv").read_text(encoding="utf-8").splitlines()
        # The generator never speaks of these rules: with the first of them its lines end. R14, of
        # which both speak, comes last.
        mine = {line.split(",")[0] for line in self.expected} - {"R14"}
        own = []
        for line in lines:
            if line.split(",")[0] in mine:
                break
            own.append(line)
        new = sorted(self.expected - set(own), key=lambda line: (line.startswith("R14"), line))
        (truth / "exceptions.csv").write_text("\n".join(own + new) + "\n", encoding="utf-8")


def workbook(rows, titles):
    book = openpyxl.Workbook()
    sheet = book.active
    for title in titles:
        sheet.append([title])
    for row in rows:
        sheet.append(row)
    raw = io.BytesIO()
    book.save(raw)
    # No clock in the file: its digest is part of the record ids.
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2018-12-31T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(item.filename, (2018, 12, 31, 0, 0, 0)), content)
    return out.getvalue()


def dbf(rows):
    cells = [[str(v).encode("gbk") for v in row] for row in rows]
    widths = [max(len(row[i]) for row in cells[1:]) for i in range(len(cells[0]))]
    widths = [max(w, 1) for w in widths]
    head = bytearray([3, 118, 9, 30]) + len(rows[1:]).to_bytes(4, "little")
    head += (33 + 32 * len(widths)).to_bytes(2, "little") + (1 + sum(widths)).to_bytes(2, "little") + bytes(17)
    head += bytes([0x4D, 0, 0])
    for name, width in zip(cells[0], widths):
        head += name.ljust(11, b"\0") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14)
    head += b"\r"
    for row in cells[1:]:
        head += b" " + b"".join(value.ljust(width) for value, width in zip(row, widths))
    return bytes(head + b"\x1a")


def parquet(rows):
    columns = {name: pyarrow.array([None if r[i] == "" else str(r[i]) for r in rows[1:]], pyarrow.string())
               for i, name in enumerate(rows[0])}
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), out, compression="zstd")
    return out.getvalue()


# ---- the departments ----

def certificates(q):
    """Certificates, the two subsidies, services. Returns holder -> grade."""
    cats = ["视力", "听力", "言语", "肢体", "智力", "精神", "多重"]
    holders, rows = {}, []
    for p in q.poor:
        disabled = p.health == "残疾"
        if disabled and q.wrong(p.key, "no certificate", 0.08):
            continue
        if not disabled and chance(p.key, "certificate") > 0.015:
            continue
        kind = 4 if chance(p.key, "kind") < 0.6 else 1 + int(chance(p.key, "kind2") * 7)
        grade = 1 + int(chance(p.key, "grade") * 4)
        care = grade < 3 and chance(p.key, "care") < 0.5
        holders[p.key] = (grade, care)
        number = p.number + str(kind) + str(grade) + ("B1" if chance(p.key, "reissued") < 0.05 else "")
        if q.wrong(p.key, "certificate number", 0.02):
            number = p.number + str(kind % 7 + 1) + str(grade)
            q.expect("R66", p.key, "kind")
        label = cats[kind - 1] + ("残疾" if chance(p.key, "label") < 0.5 else "")
        rows.append((p, [p.sex, number, label, "一二三四"[grade - 1] + "级", "2015-06-01", "2025-05-31", "有效",
                         "是" if care else "否", *q.place(p)]))
        if p.health == "健康":
            q.expect("R72", p.key, "health")
        if grade == 1 and kind in (4, 5, 6) and p.labour == "普通劳动力" and p.months >= 6:
            q.expect("R72", p.key, "labour")
        if q.delivered("disability_certificate", p)[2] == "id_typo":
            q.expect("R66", p.key, "number")
        others = [m for m in q.members[p.no] if m is not p and not m.dead]
        helped = any((m.labour in ("普通劳动力", "技能劳动力") and (not m.birth or m.age(q.end) >= 16))
                     or (m.birth and m.age(q.end) >= 60 and not m.dibao and not m.tekun) for m in others)
        # Nobody wrote down whether they can work.
        unsure = any(not m.labour and (not m.birth or 16 <= m.age(q.end) < 60) for m in others)
        if care and p.age(q.end) >= 16 and not p.tekun:
            if not helped and not unsure:
                q.expect("R67", p.key)
            elif helped and chance(p.key, "cared") >= 0.8:
                q.expect("R68", p.key)
    given_up = []
    for p in q.poor:
        if p.health == "残疾" and p.key not in holders:
            if chance(p.key, "given up") < 0.15:
                given_up.append((p, [p.sex, "", "", "", "", "", "放弃申领", "", *q.place(p)]))
            else:
                q.expect("R65", p.key)
    for p in q.unknown:
        if p.health == "残疾":
            q.expect("R65", p.key)
    head = ["姓名", "身份证号码", "性别", "残疾人证号", "残疾类别", "残疾等级", "发证日期", "有效期至", "证件状态",
            "长期照护需求", "县区", "乡镇", "村"]
    q.write("disability_certificate", "持证残疾人名册.xlsx", q.table("disability_certificate", rows + given_up, head),
            "xlsx", [f"鹤壁市{q.year}年持证残疾人名册"])
    by_key = {p.key: p for p in q.poor}

    rows = []
    for key, (grade, _) in sorted(holders.items()):
        p = by_key[key]
        nursing = grade < 3 and not p.tekun
        if nursing and q.wrong(key, "no nursing", 0.1):
            nursing = False
            q.expect("R63", key)
        if grade > 2 and q.wrong(key, "nursing for grade 3", 0.05):
            nursing = True
            q.expect("R64", key, "nursing")
        if nursing:
            rows.append((p, [p.number + "42", "一二三四"[grade - 1] + "级", "否", 0, "是", 60, "201601", *q.place(p)]))
            if p.tekun:
                q.expect("R64", key, "tekun")
    for p in q.poor:
        if p.key not in holders and p.health != "残疾" and q.wrong(p.key, "subsidy without certificate", 0.004):
            rows.append((p, ["", "二级", "否", 0, "是", 60, "201601", *q.place(p)]))
            q.expect("R64", p.key, "certificate")
            if p.tekun:
                q.expect("R64", p.key, "tekun")
    dead = [p for p in q.known if not p.poor and not p.tekun and p.age(q.end) > 75 and chance(p.key, "dead") < 0.1][:4]
    for p in dead:
        rows.append((p, ["", "一级", "否", 0, "是", 60, "201601", *q.place(p)]))
        q.expect("R64", p.key, "dead")
        q.expect("R64", p.key, "certificate")
    head = ["姓名", "身份证号", "残疾证号", "残疾等级", "是否享受生活补贴", "生活补贴月额", "是否享受护理补贴", "护理补贴月额",
            "起享年月", "县(区)", "乡镇", "村"]
    q.write("disability_subsidy", "残疾人两项补贴发放表.csv", q.table("disability_subsidy", rows, head), "gb18030")
    more = [p for p in q.known if not p.poor and p.age(q.end) > 80 and chance(p.key, "dead2") < 0.05 and p not in dead]
    rows = [(p, [p.sex, "20180312", "2018.4.2", "户口注销", *q.place(p)]) for p in dead]
    rows += [(p, [p.sex, "2018-02-07", "", "火化", *q.place(p)]) for p in more]
    head = ["XM", "SFZH", "XB", "SWRQ", "ZXRQ", "XXLY", "XIAN", "XIANG", "CUN"]
    q.write("deceased", "死亡人员.dbf", q.table("deceased", rows, head), "dbf")

    rows = []
    for key, (grade, care) in sorted(holders.items()):
        p = by_key[key]
        if p.age(q.end) <= 6:
            if q.wrong(key, "no rehabilitation", 0.25):
                q.expect("R69", key)
            else:
                rows.append((p, [q.year, "康复救助", "康复训练", f"{q.year}-05-10", *q.place(p)]))
        if chance(key, "device") < 0.3:
            rows.append((p, [q.year, "辅助器具", "轮椅", f"{q.year}年6月1日", *q.place(p)]))
            if q.wrong(key, "same device", 0.08):
                rows.append((p, [q.year - 1, "辅具适配", "轮椅", f"{q.year - 1}0601", *q.place(p)]))
                q.expect("R70b", key)
        if grade < 3 and chance(key, "home") < 0.2:
            rows.append((p, [q.year, "无障碍改造", "坡道、扶手", f"{q.year}-07-01", *q.place(p)]))
        if grade > 2 and q.wrong(key, "home for grade 3", 0.03):
            rows.append((p, [q.year, "无障碍改造", "坡道", f"{q.year}-07-01", *q.place(p)]))
            q.expect("R71b", key, "severe")
        if care and chance(key, "cared") < 0.8:
            rows.append((p, [q.year, "居家照护", "", f"{q.year}-03-01", *q.place(p)]))
    head = ["姓名", "身份证号", "年度", "服务类别", "服务内容", "服务日期", "县", "乡", "村"]
    q.write("disability_service", "残疾人服务台账.csv", q.table("disability_service", rows, head), "bom")


def work(q):
    """Pension, labour, training, rangers."""
    rows = []
    for p in q.poor + q.unknown:
        if not p.birth:
            continue
        age, pupil = p.age(q.end), p.school not in (None, "", "非在校生")
        if age < 16 or (age < 60 and pupil):
            continue
        missing = p in q.unknown or q.wrong(p.key, "no pension", 0.03)
        if missing:
            q.expect("R28" if age >= 60 else "R28b", p.key)
            continue
        if age >= 60:
            low = q.wrong(p.key, "low pension", 0.02)
            if low:
                q.expect("R27", p.key)
            rows.append((p, ["城乡居民", "领取待遇", "贫困人口", "", "78元" if low else 98, "201801", *q.place(p)]))
        else:
            unpaid = q.wrong(p.key, "premium", 0.03)
            if unpaid:
                q.expect("R28c", p.key)
            rows.append((p, ["城乡居民", "参保缴费", "贫困人口", "否" if unpaid else "是", "", "", *q.place(p)]))
    head = ["姓名", "社会保障号", "险种类型", "参保状态", "参保身份", "政府代缴", "基础养老金", "待遇起始年月", "县区", "乡镇", "村"]
    q.write("pension", "城乡居民养老保险.csv", q.table("pension", rows, head), "gb18030", ["城乡居民养老保险参保及待遇明细"])

    rows, courses = [], []
    for p in q.poor:
        age, pupil = p.age(q.end), p.school not in (None, "", "非在校生")
        if p.labour not in ("普通劳动力", "技能劳动力") or not 16 <= age <= 59 or pupil:
            continue
        drawn = chance(p.key, "job")
        job = "已就业" if (p.months > 0 and drawn < 0.8) or drawn < 0.4 else "公益岗位" if drawn < 0.5 else "务农" if drawn < 0.85 else "未就业"
        business = chance(p.key, "business") < 0.6
        if business:
            q.wishing.add(p.no)
        if job in ("已就业", "公益岗位"):
            q.working.add(p.no)
        wish, fit = chance(p.key, "training wish") < 0.5, chance(p.key, "training fit") < 0.8
        rows.append((p, [p.sex, p.labour, job, "是" if drawn > 0.3 else "否", "是" if wish else "否", "是" if fit else "否",
                         "是" if business else "否", *q.place(p)]))
        founder = chance(p.key, "founder") < 0.03
        if job == "未就业" and p.months == 0 and q.status.get(p.no) in ("未脱贫", "返贫"):
            q.expect("R90", p.key)
        if wish and fit and not founder:
            if q.wrong(p.key, "not trained", 0.15):
                q.expect("R92", p.key)
            else:
                courses.append((p, [q.year, "精准脱贫技能培训", "家政服务", f"{q.year}.5.20", 800, *q.place(p)]))
        if founder:
            twice = q.wrong(p.key, "too much for the founder", 0.2)
            courses.append((p, [q.year, "创业培训", "创办企业", f"{q.year}.6.20", "1600元" if twice else 1500, *q.place(p)]))
            if twice:
                q.expect("R93", p.key, "amount")
    for p in q.known:
        if not p.poor and not p.household in q.poor_homes and 25 < p.age(q.end) < 50 and q.wrong(p.key, "founder not poor", 0.002):
            courses.append((p, [q.year, "创业培训", "创办企业", f"{q.year}.6.20", 1500, *q.place(p)]))
            q.expect("R93", p.key, "person")
    head = ["姓名", "身份证号码", "性别", "劳动能力", "就业状态", "就业意愿", "培训意愿", "符合培训条件", "发展产业意愿", "县区", "乡镇", "村"]
    q.write("labour", "贫困劳动力台账.xlsx", q.table("labour", rows, head), "xlsx", ["鹤壁市农村贫困劳动力信息台账", "填报单位:市人社局"])
    head = ["学员姓名", "身份证号", "培训年度", "培训类别", "培训工种", "结业日期", "培训补贴", "县区", "乡镇", "村"]
    q.write("training", "职业培训台账.csv", q.table("training", courses, head), "bom")

    rows = []
    for p in q.poor:
        if p.labour in ("普通劳动力", "技能劳动力") and 40 < p.age(q.end) < 60 and chance(p.key, "ranger") < 0.06:
            rows.append((p, [f"HLY{len(rows):03}", q.year, 6000, 500, *q.place(p)]))
            if q.wrong(p.key, "two posts", 0.1):
                rows.append((p, [f"HLY{len(rows):03}", q.year, 6000, 500, *q.place(p)]))
                q.expect("R96b", p.key, "posts")
        elif p.labour in ("无劳动力", "丧失劳动力") and p.age(q.end) > 50 and q.wrong(p.key, "weak ranger", 0.006):
            rows.append((p, [f"HLY{len(rows):03}", q.year, 6000, 500, *q.place(p)]))
            q.expect("R96b", p.key, "labour")
    for p in q.known:
        if not p.poor and 40 < p.age(q.end) < 60 and q.wrong(p.key, "ranger not poor", 0.002):
            rows.append((p, [f"HLY{len(rows):03}", q.year, 6000, 500, *q.place(p)]))
            q.expect("R96b", p.key, "person")
    head = ["XM", "SFZH", "GWBH", "PYND", "NBZ", "GHMJ", "XIAN", "XIANG", "CUN"]
    q.write("forest_ranger", "护林员.dbf", q.table("forest_ranger", rows, head), "dbf")


def money(q):
    """Loans, ratings, one-card payments, the check of means."""
    rows, rated = [], []
    for household, no, status, _, members in q.w.homes:
        able = [p for p in members if p.number and p.name and 20 <= p.age(q.end) <= 60]
        if not able or status == "已脱贫(不再享受政策)":
            continue
        head = able[0]
        lend = chance(household, "loan") < 0.25
        if lend:
            use = "企业使用" if q.wrong(household, "loan to a firm", 0.06) else "养殖"
            amount = "6万元" if q.wrong(household, "loan too big", 0.03) else 50000
            late = q.wrong(household, "overdue", 0.06)
            contract = f"XD{no}"
            rows.append((head, [contract, "扶贫小额信贷", "农商行", amount, "2018-03-01", 36, use, 40000,
                                2000 if late else 0, "因病" if late else "", "否", "否", *q.place(head)]))
            if use == "企业使用":
                q.expect("R100", head.key, "use")
            if amount != 50000:
                q.expect("R100", head.key, "amount")
            if late:
                q.expect("R101", head.key, contract)
        if chance(household, "rated") < 0.5:
            wish = chance(household, "wants a loan") < 0.5
            if wish and not lend:
                if q.wrong(household, "no loan", 0.2):
                    q.expect("R99", household, "", "household")
                else:
                    wish = False
            rated.append((head, ["有" if wish else "无", "合格", "5万元", "2018年2月", *q.place(head)]))
    for p in q.known:
        if not p.poor and p.key not in q.registered and 25 < p.age(q.end) < 60 and q.wrong(p.key, "loan not poor", 0.0015):
            rows.append((p, [f"XD9{len(rows):05}", "扶贫小额信贷", "农商行", 50000, "2018-03-01", 36, "种植", 50000, 0, "",
                             "否", "否", *q.place(p)]))
            q.expect("R100", p.key, "person")
    head = ["借款人姓名", "借款人身份证号", "合同编号", "贷款种类", "放款银行", "贷款金额", "放款日期", "贷款期限(月)", "实际用途",
            "贷款余额", "逾期金额", "逾期原因", "是否展期", "是否结清", "县区", "乡镇", "村"]
    q.write("micro_loan", "扶贫小额信贷台账.csv", q.table("micro_loan", rows, head), "gb18030")
    head = ["户主姓名", "户主身份证号", "信贷需求", "评级结果", "授信额度", "评级日期", "县区", "乡镇", "村"]
    q.write("credit_rating", "评级授信.xlsx", q.table("credit_rating", rated, head), "xlsx", ["贫困户评级授信表"])

    rows, last = [], None
    for place, row in q.w.sheets("危房改造台账.xlsx"):
        record = q.w.truth.get(f"housing:{place}")
        if not record:
            continue
        p = q.w.people.get(record["person"])
        if p and p.number and p.name:
            account, home = "6228" + row[0][-9:-1], record["household"]
            others = [o for o in q.known if o.place == p.place and o.household != home and o.age(q.end) > 30]
            if others and q.wrong(row[0], "other payee", 0.04):
                p = others[int(chance(row[0], "payee") * len(others))]
                q.expect("R80", home, "payee", "household")
            elif last and last[1] != home and q.wrong(row[0], "shared account", 0.03):
                account = last[0]
                q.expect("R80", home, "account", "household")
                q.expect("R80", last[1], "account", "household")
            last = (account, home)
            rows.append((p, [account, "危房改造补助", row[0], "201809", row[17], *q.place(p)]))
    for p in q.poor:
        if chance(p.key, "grain") < 0.15:
            rows.append((p, ["6228" + p.number[6:17], "耕地地力补贴", "", "2018-06", 312.5, *q.place(p)]))
    head = ["收款人姓名", "收款人身份证号", "银行账号", "补贴项目", "业务编号", "发放年月", "发放金额", "县区", "乡镇", "村"]
    q.write("payment", "一卡通发放明细.parquet", q.table("payment", rows, head), "parquet")

    rows = []
    for household, _, status, _, members in q.w.homes:
        if status == "已脱贫(不再享受政策)":
            continue
        for p in members:
            if p.number and p.name and p.age(q.end) > 20 and q.wrong(p.key, "car", 0.008):
                excused = chance(p.key, "excused") < 0.3
                rows.append((p, ["机动车", "小型轿车", "2017-08-01", "是" if excused else "否", *q.place(p)]))
                if not excused:
                    q.expect("R107", household, "车辆", "household")
    for household, no, status, _, members in q.w.homes:
        old = [p for p in members if p.number and p.name and p.age(q.end) >= 65]
        if not old or len(old) < len(members) or status == "已脱贫(不再享受政策)" or not q.wrong(no, "split", 0.25):
            continue
        kin = [p for p in q.known if p.key not in q.helped and p.place == old[0].place and 30 < p.age(q.end) < 55]
        if kin:
            child = kin[int(chance(no, "child") * len(kin))]
            q.split.append((child, ["4109" + no, child.sex, "户主", "4106" + no, "2017-12-01", *q.place(child)]))
            rows.append((child, ["机动车", "小型轿车", "2018-01-01", "否", *q.place(child)]))
            q.expect("R29", household, "", "household")
    head = ["姓名", "身份证号", "核对类别", "核对内容", "登记日期", "是否合理说明", "县区", "乡镇", "村"]
    q.write("asset_check", "家庭经济状况核对反馈.csv", q.table("asset_check", rows, head), "gb18030")


def health(q):
    """Serious and chronic diseases, bills, screening."""
    serious, doctors, bills, approvals, screened = [], [], [], [], []
    for p in q.poor:
        if p.health == "患有大病":
            treated = not q.wrong(p.key, "untreated", 0.12)
            disease = ["胃癌", "食管癌", "终末期肾病"][int(chance(p.key, "disease") * 3)]
            serious.append((p, [disease, "2017-11-02", "是" if treated else "否", "市人民医院", "", *q.place(p)]))
            if not treated:
                q.expect("R40", p.key, disease)
        away = p.months > 6
        if p.health == "长期慢性病":
            signed = True
            if q.wrong(p.key, "no doctor", 0.08):
                signed = False
                if not away:
                    q.expect("R41", p.key)
            approved = chance(p.key, "approved") < 0.6
            if approved:
                approvals.append((p, ["高血压", "2017-03-01", "有效", *q.place(p)]))
            if signed:
                few = q.wrong(p.key, "few visits", 0.08)
                doctors.append((p, [q.year, "高血压", "2018-01-15", 1 if few else 4, "李医生", *q.place(p)]))
                if few:
                    q.expect("R42", p.key)
        if p.health == "健康" and p.age(q.end) > 30 and q.wrong(p.key, "hidden illness", 0.008):
            approvals.append((p, ["糖尿病", "2018-02-01", "有效", *q.place(p)]))
            doctors.append((p, [q.year, "糖尿病", "2018-02-15", 4, "王医生", *q.place(p)]))
            q.expect("R48", p.key, "chronic")
        if p.health in ("患有大病", "长期慢性病"):
            no = f"JS{q.year}{p.key[1:].replace('-', '')}"
            low, deposit = q.wrong(p.key, "low share", 0.05), q.wrong(p.key, "deposit", 0.05)
            by_hand = q.wrong(p.key, "by hand", 0.06)
            if chance(p.key, "outpatient") < 0.5:
                bills.append((p, [no + "M", "门诊慢性病", "县医院", "是", "是", "20180610", "", 0, 1000, 1000,
                                  700 if low else 900, 100, "是", "", *q.place(p)]))
                if low:
                    q.expect("R43", p.key, no + "M")
            if chance(p.key, "inpatient") < 0.5:
                heavy = q.wrong(p.key, "heavy", 0.06)
                listed = "终末期肾病" if p.health == "患有大病" and chance(p.key, "listed") < 0.4 else ""
                if listed and not q.wrong(p.key, "not approved", 0.3):
                    approvals.append((p, [listed, "2017-03-01", "有效", *q.place(p)]))
                    doctors.append((p, [q.year, listed, "2018-01-15", 4, "李医生", *q.place(p)]))
                elif listed:
                    q.expect("R44", p.key, listed)
                bills.append((p, [no + "Z", "住院", "县医院", "是", "是", "2018/7/2", listed, 2000 if deposit else 0, 8000, 7500,
                                  3000 if heavy else 7000, "4500元" if heavy else 500, "否" if by_hand else "是", "", *q.place(p)]))
                if heavy:
                    q.expect("R47", p.key)
                if deposit:
                    q.expect("R45", p.key, no + "Z")
                if by_hand:
                    q.expect("R46", p.key, no + "Z")
        if p.sex == "女" and 35 <= p.age(q.end) <= 64 and chance(p.key, "screened") < 0.7:
            screened.append((p, [q.year, "两癌", f"{q.year}-04-20", "正常", *q.place(p)]))
    for p in q.unknown:
        if p.health == "长期慢性病" and p.months <= 6:
            q.expect("R41", p.key)
    q.write("serious_disease", "大病专项救治台账.xlsx", q.table("serious_disease", serious, [
        "患者姓名", "身份证号", "病种", "确诊日期", "是否救治", "定点医院", "未救治原因", "县区", "乡镇", "村"]), "xlsx")
    q.write("family_doctor", "家庭医生签约.csv", q.table("family_doctor", doctors, [
        "姓名", "身份证号", "签约年度", "慢病病种", "签约日期", "随访次数", "签约医生", "县区", "乡镇", "村"]), "bom")
    q.write("settlement", "贫困人口医疗费用结算.csv", q.table("settlement", bills, [
        "姓名", "身份证号", "结算编号", "医疗类别", "医疗机构", "县域内就诊", "定点机构", "出院日期", "重特大病种", "预交金", "总费用",
        "政策范围内费用", "报销合计", "个人自付", "一站式结算", "手工结算原因", "县区", "乡镇", "村"]), "gb18030")
    q.write("chronic_approval", "门诊慢特病备案.parquet", q.table("chronic_approval", approvals, [
        "姓名", "身份证号", "备案病种", "备案日期", "备案状态", "县区", "乡镇", "村"]), "parquet")
    q.write("screening", "妇女健康筛查.csv", q.table("screening", screened, [
        "姓名", "身份证号", "筛查年度", "筛查项目", "筛查日期", "筛查结果", "县区", "乡镇", "村"]), "bom")


def help_and_visits(q):
    """Industry, visits, student loans, people left behind, resettlement, household registers."""
    measures, visits, loans, left = [], [], [], []
    kinds = ["特色种养", "电商", "旅游", "光伏", "加工"]
    for household, no, status, cause, members in q.w.homes:
        known = [p for p in members if p.number and p.name]
        if status == "已脱贫(不再享受政策)":
            continue
        if not known or q.wrong(household, "not visited", 0.04):
            q.expect("R118", household, "", "household")
        else:
            who = "村支部书记" if chance(household, "who") < 0.6 else "乡镇党委书记"
            visits.append((known[0], [who, f"{q.year}年{1 + int(chance(household, 'month') * 8)}月9日", *q.place(known[0])]))
        if cause == "因残":
            if not known or q.wrong(household, "no asset income", 0.15):
                q.expect("R117", household, "", "household")
            else:
                measures.append((known[0], [q.year, "资产收益", 1000, "合作社分红", *q.place(known[0])]))
        measured = bool(measures) and measures[-1][0] in known
        if not measured and status in ("未脱贫", "返贫") and no in q.wishing - q.working and (
                not known or q.wrong(household, "no industry", 0.3)):
            q.expect("R94", household, "", "household")
        elif known and (no in q.wishing - q.working or chance(household, "measure") < 0.6):
            kind = kinds[min(4, int(chance(household, "what") ** 3 * 5))]
            measures.append((known[0], [q.year, kind, 2400, "", *q.place(known[0])]))
    q.write("industry_support", "产业帮扶台账.xlsx", q.table("industry_support", measures, [
        "户主姓名", "户主身份证号", "年度", "帮扶措施", "增收金额", "项目名称", "县区", "乡镇", "村"]), "xlsx", ["产业帮扶到户台账"])
    q.write("visit", "书记遍访台账.xlsx", q.table("visit", visits, [
        "户主姓名", "户主身份证号", "走访人职务", "走访日期", "县区", "乡镇", "村"]), "xlsx", ["乡镇、村党组织书记遍访贫困户台账"])
    for p in q.poor:
        if p.school == "大专及以上" and chance(p.key, "student loan") < 0.7:
            denied = q.wrong(p.key, "loan not granted", 0.15)
            loans.append((p, [q.year, "郑州某学院", "符合条件", "" if denied else "6000.00", "" if denied else "2018-09-20", *q.place(p)]))
            if denied:
                q.expect("R56", p.key)
        if p.age(q.end) < 16 and chance(p.key, "left behind") < 0.15:
            left.append((p, ["留守儿童", "2018-03-01", f"{q.end[:4]}-{q.end[4:6]}-01", "祖母", *q.place(p)]))
    q.write("student_loan", "助学贷款申请名单.csv", q.table("student_loan", loans, [
        "学生姓名", "学生身份证号", "申请年度", "就读高校", "审核结果", "放款金额", "放款日期", "县区", "乡镇", "村"]), "bom")
    q.write("left_behind", "三留守人员台账.csv", q.table("left_behind", left, [
        "姓名", "身份证号", "留守类别", "建档日期", "最近探访日期", "监护照料人", "县区", "乡镇", "村"]), "gb18030")

    header = ["搬迁编号", "户主姓名", "户主身份证号"]
    for n in range(1, 6):
        header += [f"成员{n}姓名", f"成员{n}身份证号", f"成员{n}与户主关系"]
    header += ["安置方式", "安置点", "入住日期", "户口是否迁移", "安置住房面积", "县区", "乡镇", "村"]
    rows, people = [header], []
    for household, no, status, _, members in q.w.homes:
        known = [p for p in members if p.number and p.name]
        if len(known) != len(members) or not known or len(known) > 6 or chance(household, "resettled") > 0.05:
            continue
        known.sort(key=lambda p: p.relation != "本人或户主")
        row, tags = [f"BQ{no}"], []
        for member, p in enumerate(known, 1):
            name, number, slips = q.delivered("relocation", p)
            row += [name, number] + ([p.relation] if member > 1 else [])
            tags.append((member, p, slips))
        row += [""] * (18 - len(row))
        stayed = q.wrong(household, "hukou not moved", 0.2)
        rows.append(row + ["集中安置", "幸福新村", "2017.06.30", "否" if stayed else "是", f"{25 * len(known)}㎡", *q.place(known[0])])
        people.append(tags)
    q.write("relocation", "易地扶贫搬迁台账.xlsx", (rows, people), "xlsx", ["鹤壁市易地扶贫搬迁对象台账"])

    rows = []
    for household, no, _, _, members in q.w.homes:
        if any(p.number and p.age(q.end) >= 60 for p in members):
            for p in members:
                if p.number and p.name:
                    relation = {"本人或户主": "户主", "配偶": "配偶", "之子": "子", "之女": "女"}.get(p.relation, "其他亲属")
                    rows.append((p, ["4106" + no, p.sex, relation, "", "", *q.place(p)]))
    q.write("hukou", "户籍核查反馈.parquet", q.table("hukou", rows + q.split, [
        "姓名", "公民身份号码", "户号", "性别", "与户主关系", "分户前户号", "分户日期", "县区", "乡镇", "村"]), "parquet")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "fixtures/hebi")
    for folder in sorted(p for p in root.iterdir() if (truth_folder(p) / "records.csv").is_file()):
        q = Quarter(folder)
        q.poor_homes = {p.household for p in q.poor}
        q.wishing, q.working, q.split = set(), set(), []
        q.members = {no: members for _, no, _, _, members in q.w.homes}
        for p in q.poor + q.unknown:
            q.members.setdefault(p.no, []).append(p) if p not in q.members.get(p.no, []) else None
        q.status = {no: status for _, no, status, _, _ in q.w.homes}
        q.helped = {r["person"] for r in q.w.truth.values() if r["source"] in ("registry_person", "dibao", "tekun")}
        q.registered = {r["person"] for r in q.w.truth.values() if r["source"].startswith("registry")}
        for department in (certificates, work, money, health, help_and_visits):
            department(q)
        q.finish()
        print(folder.name, len(q.records), "records,", len(q.expected), "exceptions,", len(q.unknown), "people unknown")


if __name__ == "__main__":
    main()
