#!/usr/bin/env python3
"""How long `bidui triage import` takes for lists that come back filled in.

    benches/returned_lists.py PROGRAM [ROWS] [--persons N] [--folder DIR]

Invents lists of N persons (default 350,000, of which some 35,000 rows of lists come), publishes a quarter of them, fills in every row, and
imports: the workbooks as they were handed out, with the cells of answers filled in, the same again, and as CSV, after the import was
undone. Where there are fewer than ROWS (100,000) rows the files come several times: what is said twice is read, judged and copied like the
rest. Beside it stands how long unpacking the same workbooks takes, which no import can do without.
"""

import argparse
import csv
import itertools
import re
import resource
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ANSWER = {"核查结果": "不属实", "原因代码": "其他", "核查人": "罗德合", "核查日期": "2018-10-20"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    parser.add_argument("--persons", type=int, default=350_000)
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "returned")
    given = parser.parse_args()
    folder, program = given.folder.resolve(), given.program.resolve()
    out = folder / "out"
    if not out.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name, key in (("test.key", b"an invented key of 32 bytes long"), ("test.identity.key", b"a secret of 32 bytes, for tests.")):
            (folder / name).touch(mode=0o600)
            (folder / name).write_bytes(key)
        call(program, "synth", "pipelines/hebi", "--persons", given.persons, "--out", folder / "lists", "--quiet")
        call(program, "run", "pipelines/hebi", "--quarter", "2018Q3", "--data", folder / "lists" / "2018Q3", "--out", out, "--key-file",
             folder / "test.key", "--allow-partial", "--quiet", "--no-progress")
    shutil.rmtree(out / "answers", ignore_errors=True)
    books, texts, rows = fill(out / "2018Q3" / "latest" / "lists", folder, given.rows)
    size = sum(path.stat().st_size for path in books.iterdir()) / 1e6
    print(f"{rows} rows in {len(list(books.iterdir()))} workbooks, {size:.0f} MB")
    begun = time.monotonic()
    for path in books.iterdir():
        with zipfile.ZipFile(path) as book:
            for part in book.namelist():
                book.read(part)
    print(f"unpacking alone: {time.monotonic() - begun:.1f} s")
    for what, files in (("workbooks", books), ("the same again", books), ("CSV", texts)):
        if what == "CSV":
            call(program, "triage", "undo", 1, "--out", out)
        begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        said = call(program, "triage", "import", files, "--out", out, "--by", "bench", "--pipeline", "pipelines/hebi")
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds, cpu = time.monotonic() - begun, used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        print(f"{what}: {seconds:.1f} s, {cpu:.1f} s of computing, {used.ru_maxrss / 1024:.0f} MB; {said.splitlines()[-2]}")


def call(program, *words):
    done = subprocess.run([str(program), *map(str, words)], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def fill(lists, folder, wanted):
    """Copies of lists with every row answered, as workbooks and as CSV, until there are enough rows."""
    books, texts, rows = folder / "books", folder / "texts", 0
    for path in (books, texts):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
    found = [path for path in sorted(lists.glob("*/*.csv")) if path.parent.name != "退回"]
    for at, path in enumerate(itertools.cycle(found)):
        if rows >= wanted:
            break
        with open(path, encoding="utf-8-sig", newline="") as file:
            header, *cells = csv.reader(file)
        rows += len(cells)
        with open(texts / f"{at:04}.csv", "w", encoding="gb18030", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows([ANSWER.get(title, cell) for title, cell in zip(header, row)] for row in cells)
        fill_book(path.with_suffix(".xlsx"), books / f"{at:04}.xlsx", header)
    return books, texts, rows


def fill_book(source, target, header):
    """The same in a workbook: empty cells below the titles of answers become texts."""
    letters = {}
    for at, title in enumerate(header):
        if title in ANSWER:
            letters[chr(64 + at // 26) * (at >= 26) + chr(65 + at % 26)] = ANSWER[title]
    empty = re.compile(r'<c r="([A-Z]+)(\d+)" s="(\d+)"/>')
    def answered(cell):
        text = letters.get(cell[1])
        return cell[0] if text is None else f'<c r="{cell[1]}{cell[2]}" s="{cell[3]}" t="inlineStr"><is><t>{text}</t></is></c>'
    with zipfile.ZipFile(source) as book, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as filled:
        for part in book.namelist():
            text = book.read(part)
            if part.startswith("xl/worksheets/sheet") and part != "xl/worksheets/sheet1.xml":
                text = empty.sub(answered, text.decode()).encode()
            filled.writestr(part, text)


if __name__ == "__main__":
    main()
