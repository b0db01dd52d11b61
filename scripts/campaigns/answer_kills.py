#!/usr/bin/env python3
"""Kills what writes answers, but for imports (`triage_kills.py`), at random moments (SIGKILL).

    answer_kills.py PROGRAM [KILLS] [SEED] [--only page,undo,restore]

Each of these is killed KILLS (200) times:
- the server of the page while it takes one answer after another: what it acknowledged is in the file, and of what it did not acknowledge at
  most the one that was under way;
- the undoing of an import: it is undone whole or not at all;
- the restoring of a backup: what was or what is to be, or nothing else can be done before the restoring was done again; what was there
  before is beside it, whole.
In any case the file of answers is sound. What ends before it is killed is counted and tried again.
"""

import http.client
import random
import re
import shutil
import sqlite3
import threading
import time
from urllib.parse import urlencode

import common
from common import QUARTER
from triage_kills import EARLIER, LATER, answered, bring, standing

KINDS = ("page", "undo", "restore")


def main():
    given = common.arguments(__doc__, 200, "kills", lambda parser: parser.add_argument(
        "--only", default=",".join(KINDS), help="of what, parted by commas (default: all)"))
    tally = common.Tally("acknowledged answers are there, nothing is there by half, the file is sound")
    with common.Workplace(given) as place:
        campaign = Campaign(place, given, tally)
        for kind in given.only.split(","):
            campaign.kill_many(kind, getattr(campaign, kind))
    tally.end()


class Campaign:
    def __init__(self, place, given, tally):
        self.place, self.tally, self.given = place, tally, given
        self.rng = random.Random(given.seed)
        lists = place.synth("lists", given.persons, given.seed, "--layout", "csv") / QUARTER
        self.out, _, _ = place.reference(lists, "out")
        self.store = self.out / "answers" / "answers.sqlite"
        earlier, later = (answered(place, self.out, name, words) for name, words in (("earlier", EARLIER), ("later", LATER)))
        # After one import, and after two.
        kept = place.fresh("kept")
        ended = bring(place, self.out, earlier)
        common.must(ended.code == 0, f"an earlier import: {ended.tail()} {ended.out[-400:]}")
        self.first, self.first_file = standing(self.store), kept / "first.sqlite"
        shutil.copy2(self.store, self.first_file)
        vault = place.fresh("vault")
        vault.chmod(0o700)
        self.backup = vault / "backup.zip"
        ended = place.call("backup", "--out", self.out, "--to", self.backup, "--key-file", place.folder / "test.key")
        common.must(ended.code == 0, f"a backup: {ended.tail()}")
        ended = bring(place, self.out, later)
        common.must(ended.code == 0, f"a later import: {ended.tail()} {ended.out[-400:]}")
        self.both, self.both_file = standing(self.store), kept / "both.sqlite"
        shutil.copy2(self.store, self.both_file)
        common.must(self.first != self.both and len(self.both) > 10, "imports that differ")
        with sqlite3.connect(self.both_file) as connection:
            # The import's number is that of its first batch.
            self.number = connection.execute("SELECT max(coalesce(import, batch)) FROM answer_batch").fetchone()[0]
        self.keys = sorted(self.listed_keys())
        self.taken = {}

    def listed_keys(self):
        for path in (common.current(self.out) / "lists").glob("*/*.csv"):
            yield from re.findall(r"\bK([0-9A-Z]{26})\b", path.read_text(encoding="utf-8-sig"))

    def put_back(self, file):
        """The output folder as it was, with these answers; None: without any."""
        for path in self.out.iterdir():
            if path.name != QUARTER and path.name != ".bidui.lock":
                common.remove(path)
        if file:
            self.store.parent.mkdir(mode=0o700)
            shutil.copy2(file, self.store)

    def kill_many(self, kind, once):
        killed = tries = 0
        while killed < self.given.trials and tries < 3 * self.given.trials + 10:
            tries += 1
            if once():
                killed += 1
            else:
                self.tally.count(f"({kind}: ended before it was killed)")
        if killed < self.given.trials:
            self.tally.fault(f"{kind}: too few could be killed", killed)

    def interrupt(self, kind, words):
        """Begins the program and kills it at some moment; a third not before SQLite writes. None: it ended by itself."""
        taken, process = self.taken.get(kind, 3), self.place.begin(*words)
        begun = time.monotonic()
        if self.rng.random() < 1 / 3:
            journal = self.store.with_name(self.store.name + "-journal")
            while process.poll() is None and not journal.exists():
                time.sleep(0.0005)
            common.wait(process, self.rng.uniform(0, taken / 20))
        else:
            common.wait(process, self.rng.uniform(0, taken))
        process.kill()
        ended = common.finish(process)
        if ended.code != -9:
            self.taken[kind] = time.monotonic() - begun
            if ended.code != 0:
                self.tally.fault(f"{kind}: failed by itself", ended.tail())
            return None
        return ended

    def undo(self):
        self.put_back(self.both_file)
        words = ["triage", "undo", self.number, "--out", self.out, "--by", "campaign"]
        ended = self.interrupt("undo", words)
        if ended is None:
            return False
        now = standing(self.store)
        if now == self.first:
            self.tally.count("undo: there whole")
        elif now == self.both:
            self.tally.count("undo: not there at all")
            if "撤销" in ended.out:
                self.tally.fault("undo: acknowledged and not there", ended.out)
        else:
            self.tally.fault("undo: neither", None if now is None else len(now))
        again = self.place.call(*words)
        if (again.code == 0) != (now == self.both) or standing(self.store) != self.first:
            self.tally.fault("undo: the next one does not make it whole", again.tail())
        return True

    def restore(self):
        self.put_back(self.both_file)
        words = ["restore", self.backup, "--replace", "--out", self.out, "--key-file", self.place.folder / "test.key"]
        ended = self.interrupt("restore", words)
        if ended is None:
            return False
        between = (self.out / ".bidui-restoring").exists()
        now = standing(self.store)
        kept = [standing(path) for path in self.store.parent.glob("*.before-restore-*") if not path.name.endswith("-journal")]
        if now not in (self.first, self.both):
            self.tally.fault("restore: neither", None if now is None else len(now))
        elif now == self.first and self.both not in kept:
            self.tally.fault("restore: what was there before is not beside it", len(kept))
        if between:
            self.tally.count("restore: between, and nothing else can be done")
            other = self.place.call("triage", "log", "--out", self.out)
            if other.code != 2 or "bidui restore" not in other.err:
                self.tally.fault("restore: somebody reads while it is between", other.tail() + other.out[:200])
        else:
            self.tally.count("restore: there whole" if now == self.first else "restore: not there at all")
        again = self.place.call(*words)
        kept = [standing(path) for path in self.store.parent.glob("*.before-restore-*") if not path.name.endswith("-journal")]
        if again.code != 0 or standing(self.store) != self.first or self.both not in kept:
            self.tally.fault("restore: the next one does not make it whole", again.tail())
        return True

    def page(self):
        self.put_back(None)
        process = self.place.begin("triage", "serve", "--out", self.out, "--by", "campaign", "--pipeline", common.PIPELINE,
                                   "--key-file", self.place.folder / "test.key")
        told = ""
        while "\t" not in told:
            told = process.stdout.readline()
            common.must(told, f"a server: {process.poll()}")
        address, token = told.strip().split("\t")[1].removeprefix("http://").split("/#")
        acknowledged, sent = [], []
        sender = threading.Thread(target=send_answers, args=(address, token, self.keys, acknowledged, sent))
        sender.start()
        time.sleep(self.rng.uniform(0, 0.6))
        process.kill()
        process.wait()
        sender.join()
        process.stdout.close()
        process.stderr.close()
        with_journal = self.store.with_name(self.store.name + "-journal").exists()
        self.tally.count("(page: killed while SQLite wrote)", int(with_journal))
        held = standing(self.store)
        if held is None:
            self.tally.fault("page: the file is damaged")
            return True
        if not len(acknowledged) <= len(held) <= len(acknowledged) + 1:
            self.tally.fault("page: acknowledged and not there", f"{len(acknowledged)} acknowledged, {len(held)} there")
        self.tally.count("page: acknowledged answers, all there", len(acknowledged))
        self.tally.count("page: servers killed" + (", one answer more there" if len(held) > len(acknowledged) else ""))
        return bool(sent)


def send_answers(address, token, keys, acknowledged, sent):
    """Answers one finding after the other until nobody takes them any more."""
    headers = {"Cookie": f"bidui_seat={token}", "Origin": f"http://{address}", "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection(address, timeout=60)
    for key in keys:
        try:
            connection.request("POST", "/answer", urlencode([("key", key), ("verdict", "无法核实"), ("next", "/")]), headers)
            sent.append(key)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return
        if answer.status == 303:
            acknowledged.append(key)


if __name__ == "__main__":
    main()
