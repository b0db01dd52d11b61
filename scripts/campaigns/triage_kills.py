#!/usr/bin/env python3
"""Kills imports of answers at random moments (SIGKILL), with all the processes they started left to themselves.

    triage_kills.py PROGRAM [KILLS] [SEED]

Each of KILLS (200) times `bidui triage import` is killed: over an earlier import, or as the first one of an output folder; every
third time not before SQLite has begun to write. What must hold: the file of answers is sound; the killed import is there whole or
not at all; whole if the program had said that it is recorded; what was imported before is there in any case; the next
import takes exactly what is missing, and one more nothing at all. Imports that end before they are killed are counted and tried
again.
"""

import csv
import random
import shutil
import sqlite3
import time

import common
from common import QUARTER

# What is answered first, and what later files say of the same rows.
EARLIER = {"核查结果": "不属实", "原因代码": "其他", "备注": "见到本人"}
LATER = {"核查结果": "属实", "处理措施": "退出"}


def main():
    given = common.arguments(__doc__, 200, "kills")
    tally = common.Tally("acknowledged answers are there, none is there by half, the file is sound")
    rng = random.Random(given.seed)
    with common.Workplace(given) as place:
        lists = place.synth("lists", given.persons, given.seed, "--layout", "csv") / QUARTER
        out, _, _ = place.reference(lists, "out")
        earlier, later = (answered(place, out, name, words) for name, words in (("earlier", EARLIER), ("later", LATER)))
        store = out / "answers" / "answers.sqlite"
        states, taken = {}, 0
        # What stands after undisturbed imports.
        for over in (False, True):
            shutil.rmtree(out / "answers", ignore_errors=True)
            if over:
                common.must(bring(place, out, earlier).code == 0, "an earlier import")
            before, keep = standing(store), place.fresh(f"keep-{over}")
            if over:
                shutil.copy2(store, keep)
            ended = bring(place, out, later)
            common.must(ended.code == 0, f"an undisturbed import: {ended.tail()}")
            states[over], taken = (before, standing(store), keep / store.name), ended.seconds
        common.must(states[False][1] == states[True][1] and len(states[True][1]) > 10, "imports that differ")
        killed = tries = 0
        while killed < given.trials and tries < 3 * given.trials + 10:
            tries += 1
            over = rng.random() < 0.5
            before, after, keep = states[over]
            shutil.rmtree(out / "answers", ignore_errors=True)
            if over:
                store.parent.mkdir()
                shutil.copy2(keep, store)
            process = place.begin(*words_of(place, out, later))
            if killed % 3 == 2:
                journal = store.with_name(store.name + "-journal")
                while process.poll() is None and not journal.exists():
                    time.sleep(0.0005)
                common.wait(process, rng.uniform(0, taken / 10))
            else:
                common.wait(process, rng.uniform(0, taken))
            process.kill()
            ended = common.finish(process)
            if ended.code != -9:
                tally.count("(ended before it was killed)")
                taken *= 0.8
                if ended.code != 0:
                    tally.fault("failed by itself", ended.tail())
                continue
            killed += 1
            kind = "over an earlier import" if over else "first import"
            now = standing(store)
            if now is None:
                tally.fault(f"{kind}: the file is damaged")
            elif now == after:
                tally.count(f"{kind}: there whole")
            elif now == before:
                tally.count(f"{kind}: not there at all, nothing before it lost")
                if "已记下" in ended.out:
                    tally.fault("acknowledged and not there", ended.out)
            else:
                tally.fault(f"{kind}: neither", f"{len(now)} answers")
            again = bring(place, out, later)
            taken = (taken + again.seconds) / 2
            if again.code != 0 or standing(store) != after or (now == after) != ("没有要记下" in again.out):
                tally.fault("the next import does not take what is missing", again.tail() + again.out[-300:])
            once_more = bring(place, out, later)
            if once_more.code != 0 or "没有要记下" not in once_more.out or standing(store) != after:
                tally.fault("one more import takes something", once_more.out[-300:])
            strays = [path.name for path in store.parent.iterdir() if path.name not in (store.name, "returned")]
            if strays:
                tally.fault("left lying", strays)
            # Unpacked archives and the like of a killed program.
            if list(place.temporary.iterdir()):
                tally.count("(left something for a while)")
                place.fresh("tmp")
        if killed < given.trials:
            tally.fault("too few imports could be killed", killed)
    tally.end()


def words_of(place, out, files):
    return ["triage", "import", files, "--out", out, "--by", "campaign", "--pipeline", common.PIPELINE, "--no-progress"]


def bring(place, out, files):
    return place.call(*words_of(place, out, files))


def answered(place, out, name, words):
    """The lists of the current run with these answers in every row, one file a township."""
    folder = place.fresh(name)
    for at, path in enumerate(sorted((common.current(out) / "lists").glob("*/*.csv"))):
        if path.parent.name == "退回":
            continue
        with open(path, encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        titles = header + [title for title in words if title not in header]
        with open(folder / f"{at:03}.csv", "w", encoding="gb18030", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(titles)
            for row in rows:
                cells = dict(zip(header, row)) | words
                writer.writerow([cells[title] for title in titles])
    return folder


def standing(store):
    """The last answer to each exception that nothing undid; None where the file is damaged, {} where it is not there yet."""
    if not store.exists():
        return {}
    try:
        with sqlite3.connect(store) as connection:
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                return None
            if not connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'answer_event'").fetchone()[0]:
                return {}
            events = connection.execute(
                "SELECT exception_id, facts, verdict, reason, measure FROM answer_event WHERE batch NOT IN"
                " (SELECT undoes FROM answer_batch WHERE undoes IS NOT NULL) ORDER BY event")
            return {exception: tuple(rest) for exception, *rest in events if rest[1]}
    except sqlite3.DatabaseError:
        return None


if __name__ == "__main__":
    main()
