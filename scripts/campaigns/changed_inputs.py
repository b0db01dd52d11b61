#!/usr/bin/env python3
"""Changes a list while a run reads it.

    changed_inputs.py PROGRAM [TRIALS] [SEED]

Each of TRIALS (140) times a run is started and, at a random moment, one thing is done to one of the files it reads: rows are
added, it is written anew where it lies (with another length, or the same; with its time of writing set back), cut short,
replaced by another file that is renamed over it, removed, only touched; or a file of a source is added. Formats take turns: those
in which `bidui synth` invents lists as departments send them (CSV in GB18030, XLS, XLSX, DBF, Parquet), and what this script
writes of them: UTF-16 text with tabs, a web page called .xls, UTF-8 CSV.
What must hold: exit 0 only if what is published is, to the byte, what a run on the old or on the new files publishes, and the
manifest's digest of the file is that of the old or the new one; else a refusal (2 or 3) that names the file. Nothing in silence.
"""

import html
import os
import random
import shutil
import time

import common
from common import QUARTER

CHANGES = ["rows added", "written anew", "written anew, same length", "written anew, old time", "cut short", "renamed over",
           "removed", "touched", "added"]


def as_page(text):
    rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line.split(",")) + "</tr>\n"
                   for line in text.splitlines())
    page = f'<html><head><meta charset="utf-8"></head><body><table>\n{rows}</table></body></html>'
    return page.encode("utf-8")


def as_tabbed(text):
    return b"\xff\xfe" + text.replace(",", "\t").encode("utf-16-le")


# Lists that this script writes itself: the list of `synth --layout csv`, the file's name, how it is written.
WRITTEN = [("student_aid.csv", "学生资助.txt", as_tabbed), ("housing.csv", "危房改造台账.xls", as_page),
           ("student.csv", "学籍.csv", lambda text: text.encode("utf-8"))]


def make_lists(place, given, at, mixed):
    """The lists of one version, in all formats."""
    folder = place.synth(f"lists-{at}-{mixed}", given.persons, given.seed + at) / QUARTER
    if mixed:
        plain = place.synth(f"plain-{at}", given.persons, given.seed + at, "--layout", "csv") / QUARTER
        for name, file, write in WRITTEN:
            for old in folder.glob(file.split(".")[0] + ".*"):
                old.unlink()
            (folder / file).write_bytes(write((plain / name).read_text(encoding="utf-8-sig")))
    return folder


def change(kind, path, new, rng):
    """Changes a file as who works on it would; `new` are the bytes of its other version."""
    old, stat = path.read_bytes(), path.stat()
    if kind == "rows added":
        with open(path, "ab") as file:
            for at in range(3):
                file.write(new[at * len(new) // 3:(at + 1) * len(new) // 3])
                file.flush()
                time.sleep(0.002)
    elif kind == "written anew, same length":
        with open(path, "r+b") as file:
            middle = len(old) // 2
            file.seek(middle)
            file.write((new * 2)[middle:len(old)] if len(new) * 2 > len(old) else new)
            file.truncate(len(old))
    elif kind.startswith("written anew"):
        with open(path, "r+b") as file:
            file.write(new[:len(new) // 2])
            file.flush()
            time.sleep(rng.choice([0, 0.01, 0.1]))
            file.write(new[len(new) // 2:])
            file.truncate()
        if kind.endswith("old time"):
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    elif kind == "cut short":
        os.truncate(path, rng.choice([0, len(old) // 2, max(len(old) - 20, 0)]))
    elif kind == "renamed over":
        beside = path.with_name(".arriving")
        beside.write_bytes(new)
        beside.rename(path)
    elif kind == "removed":
        path.unlink()
    elif kind == "touched":
        path.touch()
    elif kind == "added":
        path.with_stem(path.stem + "_补报").write_bytes(new)


def digests_of(published, file):
    return {table["sha256"] for source in common.manifest(published)["sources"]
            for table in source["tables"] if table["file"] == file}


def main():
    given = common.arguments(__doc__, 140)
    tally = common.Tally("nothing in silence: the old result, the new one, or a refusal that names the file")
    rng = random.Random(given.seed)
    with common.Workplace(given) as place:
        whole = {mixed: [make_lists(place, given, at, mixed) for at in (0, 1)] for mixed in (False, True)}
        expected, taken = {}, 0
        for mixed, (first, _) in whole.items():
            _, expected[mixed], taken = place.reference(first, f"reference-{mixed}")
        done = tries = 0
        while done < given.trials and tries < 3 * given.trials + 10:
            mixed = tries % 2 == 1
            tries += 1
            first, second = whole[mixed]
            # One file of each name before a second.
            names = sorted(path.name for path in first.iterdir() if (second / path.name).is_file())
            file = names[(tries // 2 + given.seed) % len(names)]
            kind = CHANGES[tries % len(CHANGES)] if rng.random() < 0.7 else rng.choice(CHANGES)
            data, out = place.fresh("data"), place.fresh("out")
            shutil.copytree(first, data, dirs_exist_ok=True)
            old, new = (first / file).read_bytes(), (second / file).read_bytes()
            process = place.begin(*place.run_words(data, out))
            if tries % 5:
                # The folder for what is written is made right before the lists are looked at.
                while process.poll() is None and not (out / f".staging-{QUARTER}").exists():
                    time.sleep(0.002)
                common.wait(process, rng.uniform(0, taken / 2) * rng.random())
            else:
                common.wait(process, rng.uniform(0, taken))
            if process.poll() is None:
                change(kind, data / file, new, rng)
                in_time = process.poll() is None
            else:
                in_time = False
            ended = common.finish(process)
            if not in_time:
                tally.count("(the run had ended)")
                taken = (taken + ended.seconds) / 2
                continue
            done += 1
            format_of = f"{file.rpartition('.')[2]}{' as written here' if file in {one[1] for one in WRITTEN} and mixed else ''}"
            named = file if kind != "added" else str((data / file).with_stem((data / file).stem + "_补报").name)
            tally.count(f"format {format_of}")
            if ended.hung or common.PANIC.search(ended.said):
                tally.fault(f"{kind}: hangs or panics", ended.tail())
            elif ended.code == 0:
                now = common.current(out)
                got = common.contents(now)
                if got == expected[mixed]:
                    tally.count(f"{kind}: published, as of the old files")
                else:
                    again = place.run(data, place.fresh("again"))
                    if again.code == 0 and common.contents(common.current(place.folder / "again")) == got:
                        tally.count(f"{kind}: published, as of the new files")
                    else:
                        tally.fault(f"{kind}: published something else", f"{file}: {again.tail()}")
                at = data / named
                now_there = {common.sha256(at)} if at.is_file() else set()
                told = digests_of(now, file)
                if not told <= {common.sha256(first / file)} | now_there or len(old) == 0:
                    tally.fault(f"{kind}: a digest of neither", file)
            else:
                told = ended.said + "".join(path.read_text(encoding="utf-8", errors="replace")
                                            for path in out.glob("refused-*/lists/问题.txt"))
                # What was gone before the folder was listed has no name any more: its list is told.
                gone = kind == "removed" and "缺少“" in told
                if ended.code in (2, 3) and (named in told or gone) and not common.current(out):
                    tally.count(f"{kind}: refused, named")
                else:
                    tally.fault(f"{kind}: refused without the name, or half", f"{named}: {ended.tail()}")
            if common.leftovers(out):
                tally.fault("left lying", common.leftovers(out))
        if done < given.trials:
            tally.fault("too few changes came in time", done)
    tally.end()


if __name__ == "__main__":
    main()
