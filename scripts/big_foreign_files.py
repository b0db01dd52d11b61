#!/usr/bin/env python3
"""Makes large honest files in every foreign format and measures what the child takes that reads them.

    big_foreign_files.py PROGRAM [--only FORMAT,…] [--rows N] [--folder FOLDER] [--keep]

For each format a list of 20 columns with as many rows as the format allows (1,048,575 below the header, XLS 65,535)
is written to FOLDER (default: a temporary one), read by `PROGRAM __read` with the usual limits, and removed. This
script is the parent: it sends the request, answers for the worksheets and drops the tables, so that what it
measures is the child alone. Prints a table in Markdown: seconds of CPU and on the clock, the most memory
(getrusage), the most address space beyond that of the program itself (which is what is limited), the limit. Exits with 1 if
a file was not read whole.

Needs nothing but Python, and pyarrow for Parquet. All persons are invented.
"""

import argparse
import json
import multiprocessing
import os
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

MOST_ROWS = 1_048_575
HEADERS = ["序号", "县", "乡镇", "村", "组", "户编号", "姓名", "证件号码", "性别", "民族", "出生日期", "文化程度",
           "健康状况", "劳动技能", "家庭人数", "保障金额", "银行账号", "联系电话", "批次", "备注"]
NUMBERS = {0, 4, 14, 15, 18}
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英"
MEMORY, SECONDS = 512 << 20, 60


def rows(count):
    """Rows of texts and, in the columns of numbers, of integers."""
    for at in range(count):
        name = SURNAMES[at % 20] + GIVEN[at // 20 % 22] + GIVEN[at // 440 % 22]
        day = f"{1940 + at % 70}-{at % 12 + 1:02}-{at % 28 + 1:02}"
        yield (at + 1, "浚县", f"第{at % 11}乡", f"第{at % 479}村", at % 9 + 1, f"41{at // 3:08}", name,
               f"410699{day[:4]}{day[5:7]}{day[8:]}{at % 9999:04}", "男女"[at % 2], "汉族", day, "初中", "健康",
               "普通劳动力", at % 6 + 1, at % 900 + 100, f"6217{at:015}", f"1{at % 10**10:010}", 201801 + at % 9,
               f"第{at % 997}号备注")


def column_names():
    return [chr(65 + at) for at in range(len(HEADERS))]


def packed(path, mimetype=None):
    out = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    if mimetype:
        out.writestr(zipfile.ZipInfo("mimetype"), mimetype)
    return out


def part(package, name, pieces):
    """Writes a part piece by piece."""
    with package.open(name, "w", force_zip64=True) as out:
        buffer = []
        for piece in pieces:
            buffer.append(piece)
            if len(buffer) == 2000:
                out.write("".join(buffer).encode())
                buffer.clear()
        out.write("".join(buffer).encode())


def relations(*targets):
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    each = "".join(f'<Relationship Id="rId{n + 1}" Type="{kind}/{what}" Target="{target}"/>'
                   for n, (what, target) in enumerate(targets))
    return f'<?xml version="1.0"?><Relationships xmlns="urn:r">{each}</Relationships>'


def xlsx(path, count, shared):
    names, strings = column_names(), {}

    def cell(column, number, value):
        place = f'{names[column]}{number}'
        if isinstance(value, int):
            return f'<c r="{place}"><v>{value}</v></c>'
        if shared:
            return f'<c r="{place}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'

    def sheet():
        yield '<?xml version="1.0"?><worksheet xmlns="urn:m"><sheetData>'
        for number, row in enumerate([HEADERS, *[]], 1):
            yield f'<row r="{number}">' + "".join(cell(at, number, v) for at, v in enumerate(row)) + "</row>"
        for number, row in enumerate(rows(count), 2):
            yield f'<row r="{number}">' + "".join([cell(at, number, v) for at, v in enumerate(row)]) + "</row>"
        yield "</sheetData></worksheet>"

    with packed(path) as package:
        package.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="urn:t"/>')
        package.writestr("_rels/.rels", relations(("officeDocument", "xl/workbook.xml")))
        package.writestr("xl/workbook.xml", '<?xml version="1.0"?><workbook xmlns:r="urn:r"><sheets>'
                         '<sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>')
        package.writestr("xl/_rels/workbook.xml.rels", relations(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")))
        part(package, "xl/worksheets/sheet1.xml", sheet())
        part(package, "xl/sharedStrings.xml", [
            f'<?xml version="1.0"?><sst uniqueCount="{len(strings)}">',
            *(f"<si><t>{text}</t></si>" for text in strings), "</sst>"])


def xlsb(path, count):
    def record(kind, data=b""):
        head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
        length, lengths = len(data), bytearray()
        while True:
            lengths.append(length & 127 | (128 if length > 127 else 0))
            length >>= 7
            if not length:
                return head + bytes(lengths) + data

    def wide(text):
        return struct.pack("<I", len(text)) + text.encode("utf-16le")

    strings = {}

    def sheet(out):
        out.write(record(0x81) + record(0x94, bytes(16)) + record(0x91))
        integer, text = struct.Struct("<BBIIi"), struct.Struct("<BBIII")
        for number, row in enumerate([HEADERS, *[]]):
            out.write(record(0, struct.pack("<I", number) + bytes(13)))
            out.write(b"".join(record(6, struct.pack("<II", at, 0) + wide(v)) for at, v in enumerate(row)))
        for number, row in enumerate(rows(count), 1):
            cells = [integer.pack(2, 12, at, 0, value << 2 | 2) if isinstance(value, int)
                     else text.pack(7, 12, at, 0, strings.setdefault(value, len(strings)))
                     for at, value in enumerate(row)]
            out.write(record(0, struct.pack("<I", number) + bytes(13)) + b"".join(cells))
        out.write(record(0x92) + record(0x82))

    with packed(path) as package:
        package.writestr("_rels/.rels", relations(("officeDocument", "xl/workbook.bin")))
        package.writestr("xl/workbook.bin", record(0x83) + record(0x99, bytes(8)) + record(0x8F)
                         + record(0x9C, struct.pack("<II", 0, 1) + wide("rId1") + wide("名单"))
                         + record(0x90) + record(0x9D, bytes(16)) + record(0x84))
        package.writestr("xl/_rels/workbook.bin.rels", relations(("worksheet", "worksheets/sheet1.bin")))
        with package.open("xl/worksheets/sheet1.bin", "w", force_zip64=True) as out:
            sheet(out)
        with package.open("xl/sharedStrings.bin", "w", force_zip64=True) as out:
            out.write(record(0x9F, struct.pack("<II", len(strings), len(strings))))
            for text in strings:
                out.write(record(0x13, b"\0" + wide(text)))
            out.write(record(0xA0))


def xls(path, count):
    def record(kind, data=b""):
        return struct.pack("<HH", kind, len(data)) + data

    strings, cells = {}, [record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 6))]
    for number, row in enumerate([HEADERS, *rows(count)]):
        for at, value in enumerate(row):
            if isinstance(value, int):
                cells.append(record(0x027E, struct.pack("<HHHi", number, at, 0, value << 2 | 2)))
            else:
                index = strings.setdefault(value, len(strings))
                cells.append(record(0x00FD, struct.pack("<HHHI", number, at, 0, index)))
    cells.append(record(0x000A))
    table, block = [], struct.pack("<II", len(strings), len(strings))
    for text in strings:
        more = struct.pack("<HB", len(text), 1) + text.encode("utf-16le")
        if len(block) + len(more) > 8224:
            table.append(block)
            block = b""
        block += more
    table.append(block)
    table = b"".join(record(0x003C if at else 0x00FC, block) for at, block in enumerate(table))
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 6)) + record(0x0042, struct.pack("<H", 1200))
    name = "名单".encode("utf-16le")
    before = len(begin) + 4 + 8 + len(name) + len(table) + 4
    sheet = record(0x0085, struct.pack("<IHBB", before, 0, 2, 1) + name)
    write_compound(path, b"".join([begin, sheet, table, record(0x000A), *cells]))


def write_compound(path, stream):
    """A compound file of 4,096-byte sectors that holds one stream, `Workbook`."""
    sector = 4096
    stream += bytes(-len(stream) % sector)
    of_stream = len(stream) // sector
    of_fat = -(-(of_stream + 2) // (sector // 4 - 1))
    total = of_fat + 1 + of_stream
    fat = [0xFFFFFFFD] * of_fat + [0xFFFFFFFE] + [*range(of_fat + 2, total), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (of_fat * sector // 4 - len(fat))

    def entry(name, kind, child, start, size):
        text = name.encode("utf-16le")
        return (text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
                + bytes(36) + struct.pack("<IQ", start, size))

    free = bytes(64) + struct.pack("<HBBIII", 0, 0, 0, *[0xFFFFFFFF] * 3) + bytes(48)
    folder = (entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, of_fat + 1, len(stream)))
    folder += free * ((sector - len(folder)) // 128)
    head = (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16)
            + struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 4, 0xFFFE, 12, 6, 1, of_fat, of_fat, 0, 4096, 0xFFFFFFFE, 0,
                          0xFFFFFFFE, 0))
    assert of_fat <= 109
    head += struct.pack("<109I", *range(of_fat), *[0xFFFFFFFF] * (109 - of_fat))
    path.write_bytes(head.ljust(sector, b"\0") + struct.pack(f"<{len(fat)}I", *fat) + folder + stream)


def ods(path, count):
    def row(values):
        cells = [f'<table:table-cell office:value-type="float" office:value="{v}"><text:p>{v}</text:p></table:table-cell>'
                 if isinstance(v, int) else
                 f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>'
                 for v in values]
        return f'<table:table-row>{"".join(cells)}</table:table-row>'

    def content():
        yield ('<?xml version="1.0"?><office:document-content xmlns:office="urn:o" xmlns:table="urn:t" xmlns:text="urn:x">'
               '<office:body><office:spreadsheet><table:table table:name="名单">')
        yield row(HEADERS)
        yield from (row(values) for values in rows(count))
        yield "</table:table></office:spreadsheet></office:body></office:document-content>"

    with packed(path, "application/vnd.oasis.opendocument.spreadsheet") as package:
        part(package, "content.xml", content())


def page(count, charset="utf-8"):
    yield f'<html><head><meta charset="{charset}"></head><body><table>\n'
    for row in [HEADERS]:
        yield "<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>\n"
    for row in rows(count):
        yield "<tr>" + "".join([f"<td>{value}</td>" for value in row]) + "</tr>\n"
    yield "</table></body></html>\n"


def html(path, count, charset="utf-8"):
    with open(path, "w", encoding=charset) as out:
        out.writelines(page(count, charset))


def mhtml(path, count):
    import quopri
    with open(path, "wb") as out:
        out.write(b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"----=_X\"\r\n\r\n------=_X\r\n"
                  b"Content-Location: file:///C:/a/sheet001.htm\r\nContent-Transfer-Encoding: quoted-printable\r\n"
                  b"Content-Type: text/html; charset=\"utf-8\"\r\n\r\n")
        for line in page(count):
            out.write(quopri.encodestring(line.encode()))
        out.write(b"\r\n------=_X--\r\n")


def spreadsheet_ml(path, count):
    def row(values):
        cells = [f'<Cell><Data ss:Type="{"Number" if isinstance(v, int) else "String"}">{v}</Data></Cell>' for v in values]
        return f'<Row>{"".join(cells)}</Row>\n'

    with open(path, "w", encoding="utf-8") as out:
        out.write('<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>\n<Workbook '
                  'xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
                  'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="名单"><Table>\n')
        out.write(row(HEADERS))
        out.writelines(row(values) for values in rows(count))
        out.write("</Table></Worksheet></Workbook>\n")


def dbf(path, count, memo=None):
    """`memo`: "fpt" or "dbt"; the remarks lie in a file of that kind beside it."""
    widths = [8, 8, 16, 16, 2, 12, 12, 18, 4, 8, 10, 8, 8, 20, 2, 6, 20, 11, 6, 30]
    if memo:
        widths[19] = 10
    kinds = ["N" if at in NUMBERS else "C" for at in range(20)]
    kinds[19] = "M" if memo else "C"
    version = {None: 0x03, "fpt": 0xF5, "dbt": 0x83}[memo]
    head = struct.pack("<BBBBIHH20x", version, 118, 9, 30, count, 32 + 32 * 20 + 1, 1 + sum(widths))
    for name, kind, width in zip(HEADERS, kinds, widths):
        head += name.encode("gb18030")[:10].ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([width]) + bytes(15)
    memos = open(path.with_suffix("." + memo), "wb") if memo else None
    if memo:
        memos.write(struct.pack(">IHH", 0, 0, 64).ljust(512, b"\0"))
    with open(path, "wb") as out:
        out.write(head + b"\r")
        for at, row in enumerate(rows(count)):
            cells = [str(value).encode("gb18030") for value in row]
            if memo == "fpt":
                memos.write((struct.pack(">II", 1, len(cells[19])) + cells[19]).ljust(64, b"\0"))
                cells[19] = str(8 + at).encode()
            elif memo:
                memos.write((cells[19] + b"\x1a\x1a").ljust(512, b"\0"))
                cells[19] = str(1 + at).encode()
            out.write(b" " + b"".join([cell.rjust(width) if kind == "N" else cell.ljust(width)
                                       for cell, width, kind in zip(cells, widths, kinds)]))
        out.write(b"\x1a")
    if memo:
        memos.close()


def parquet(path, count):
    import pyarrow as pa
    import pyarrow.parquet as pq
    columns = list(zip(*rows(count)))
    table = pa.table({name: pa.array(values) for name, values in zip(HEADERS, columns)})
    pq.write_table(table, path)


FORMATS = {
    "xlsx-shared": (lambda p, n: xlsx(p, n, True), "名单.xlsx", MOST_ROWS),
    "xlsx-inline": (lambda p, n: xlsx(p, n, False), "名单.xlsx", MOST_ROWS),
    "xls": (xls, "名单.xls", 65_535),
    "xlsb": (xlsb, "名单.xlsb", MOST_ROWS),
    "ods": (ods, "名单.ods", MOST_ROWS),
    "html": (html, "名单.html", MOST_ROWS),
    "html-gbk": (lambda p, n: html(p, n, "gb18030"), "名单.xls", MOST_ROWS),
    "spreadsheet-ml": (spreadsheet_ml, "名单.xml", MOST_ROWS),
    "mhtml": (mhtml, "名单.mht", MOST_ROWS),
    "dbf": (dbf, "名单.dbf", MOST_ROWS),
    "dbf-fpt": (lambda p, n: dbf(p, n, "fpt"), "名单.dbf", MOST_ROWS),
    "dbf-dbt": (lambda p, n: dbf(p, n, "dbt"), "名单.dbf", MOST_ROWS),
    "parquet": (parquet, "名单.parquet", MOST_ROWS),
}
REQUEST = {"known_headers": HEADERS, "minimum_headers": 5}


def status(pid, word):
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(word + ":")), 0)


def address_space(limits):
    """KiB by the lines of /proc/PID/limits."""
    soft = next((line for line in limits if line.startswith("Max address space")), "Max address space 0").split()[3]
    return int(soft) >> 10 if soft.isdigit() else 0


class Measured:
    """One file read by a child: what it took, and what came of it."""

    def __init__(self, program, path):
        began = time.monotonic()
        child = subprocess.Popen(
            [program, "__read", "--memory", str(MEMORY), "--seconds", str(SECONDS), "--parent", str(os.getpid()), "--",
             str(path.parent), path.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={})
        # Once it has limited itself it waits for the request.
        self.own = self.limit = 0
        while child.poll() is None and not self.limit:
            limits = Path(f"/proc/{child.pid}/limits").read_text().splitlines()
            if next(line for line in limits if line.startswith("Max open files")).split()[3] == "16":
                self.limit, self.own = address_space(limits), status(child.pid, "VmSize")
        request = json.dumps(REQUEST).encode()
        child.stdin.write(b"q" + struct.pack("<Q", len(request)) + request)
        child.stdin.flush()
        self.rows, self.space, self.said = 0, 0, "没有读完"
        while head := child.stdout.read(9):
            kind, left = head[:1], struct.unpack("<Q", head[1:])[0]
            kept = b""
            while left:
                piece = child.stdout.read(min(left, 1 << 20))
                if not piece:
                    break
                left -= len(piece)
                if kind == b"f":
                    kept += piece
                if kind == b"r":
                    self.rows += len(piece) // 4
            self.space = max(self.space, status(child.pid, "VmPeak"))
            if kind == b"h":
                # Raised by what a package unpacks to.
                self.limit = address_space(Path(f"/proc/{child.pid}/limits").read_text().splitlines()) or self.limit
            elif kind == b"s":
                child.stdin.write(b"\x01")
                child.stdin.flush()
            elif kind == b"f":
                self.said = json.loads(kept)["message"]
            elif kind == b"e":
                self.said = "读完"
        _, code, usage = os.wait4(child.pid, 0)
        if self.said == "没有读完":
            words = child.stderr.read()
            self.said = "内存不足" if b"memory" in words else f"中止：{code} {words.decode(errors='replace').strip()}"
        self.wall, self.cpu = time.monotonic() - began, usage.ru_utime + usage.ru_stime
        self.resident = usage.ru_maxrss

    def line(self, name, size):
        return (f"| {name} | {size >> 20} MiB | {self.rows:,} | {self.cpu:.1f} s | {self.wall:.1f} s | "
                f"{self.resident >> 10} MiB | {(self.space - self.own) >> 10} MiB | {(self.limit - self.own) >> 10} MiB | "
                f"{self.said} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--only", default=",".join(FORMATS))
    parser.add_argument("--rows", type=int, default=MOST_ROWS)
    parser.add_argument("--folder")
    parser.add_argument("--keep", action="store_true", help="files stay in the folder, and are taken if they are there")
    arguments = parser.parse_args()
    print("| format | file | rows | CPU | clock | memory | address space | limit | outcome |\n|---|---|---|---|---|---|---|---|---|")
    unread = 0
    with tempfile.TemporaryDirectory(dir=None if arguments.folder is None else arguments.folder) as own:
        for name in arguments.only.split(","):
            write, file, most = FORMATS[name]
            folder = Path(arguments.folder if arguments.keep else own) / name
            folder.mkdir(exist_ok=True)
            path = folder / file
            if not path.exists():
                # In a process of its own: what it takes would be counted with the child's.
                writer = multiprocessing.get_context("fork").Process(target=write, args=(path, min(arguments.rows, most)))
                writer.start()
                writer.join()
                if writer.exitcode:
                    raise SystemExit(writer.exitcode)
            measured = Measured(arguments.program, path)
            print(measured.line(name, path.stat().st_size), flush=True)
            unread += measured.said != "读完" or measured.rows < min(arguments.rows, most)
            if not arguments.keep:
                for written in folder.iterdir():
                    written.unlink()
    return min(unread, 1)


if __name__ == "__main__":
    sys.exit(main())
