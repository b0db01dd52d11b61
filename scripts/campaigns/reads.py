#!/usr/bin/env python3
"""Reads a publication while it is replaced again and again, and looks for a mixture of two runs.

    reads.py PROGRAM [READS] [SEED]

One program publishes the same quarter over and over from two versions of the lists in turn. Meanwhile READS (20,000)
readers come, 24 at a time:
- by path, with pyarrow and with DuckDB, as docs/readers.md says: `latest` is looked up once, and everything is read below
  the folder that it names. Most dawdle between two tables;
- every 50th is one of the program's own: `verify`, `explain`, and every tenth of these the next quarter's run.
What must hold: all that one reader sees is of the same version, whole, whatever was published meanwhile.

That a mixture would be seen is tried along the way: every 20th time somebody else reads the same tables through the
link, looking it up anew for each table, slowly. Those may see mixtures; they are counted apart and do not count as reads.

Needs the Python packages pyarrow and duckdb (.venv/bin/python).
"""

import hashlib
import random
import re
import threading
import time

import duckdb
import pyarrow
import pyarrow.parquet

import common
from common import NEXT_QUARTER, QUARTER

# Of the runs that were replaced so many stay; the others are removed, as an office would, by hand.
RUNS_KEPT = 30
READERS_AT_A_TIME = 24
# Seconds that a reader waits between two tables.
DAWDLING = [0, 0.01, 0.05, 0.2]


def by_pyarrow(path):
    table = pyarrow.parquet.read_table(path, partitioning=None)
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def by_duckdb(path):
    return DATABASE.cursor().execute("SELECT count(*), bit_xor(hash(t)), sum(hash(t)) FROM read_parquet(?) t", [str(path)]).fetchone()


DATABASE = duckdb.connect()
READERS = {"pyarrow": by_pyarrow, "DuckDB": by_duckdb}


class Publisher(threading.Thread):
    """Publishes one version after the other until it is told to stop."""

    def __init__(self, place, versions, out):
        super().__init__(daemon=True)
        self.place, self.versions, self.out = place, versions, out
        self.ending, self.published, self.failed = threading.Event(), 0, None

    def run(self):
        while not self.ending.is_set() and not self.place.over:
            ended = self.place.run(self.versions[self.published % 2], self.out)
            if self.place.over:
                return
            if ended.code != 0:
                self.failed = ended.tail()
                return
            self.published += 1
            runs = sorted(path for path in (self.out / QUARTER).iterdir() if path.name.startswith("run-"))
            for old in runs[:-RUNS_KEPT]:
                common.remove(old)


def normal(ended, out):
    """What a command says, but for the number of the run and where it lies."""
    return ended.code, re.sub(r"run-\d+-", "run-N-", ended.said.replace(str(out), "OUT"))


def read_tables(tables, known, read, folder_of, pause):
    """Reads tables; the versions that each of them may be of, and what no version knows."""
    versions, foreign = {0, 1}, []
    seen = []
    for table in tables:
        print_of = read(folder_of() / table)
        of = {at for at in (0, 1) if known[at][table] == print_of}
        seen.append(of)
        versions &= of
        if not of:
            foreign.append(table)
        time.sleep(pause)
    return versions, foreign, len({at for of in seen if len(of) == 1 for at in of}) > 1


def main():
    given = common.arguments(__doc__, 20_000, "reads")
    tally = common.Tally("every reader sees one version, whole")
    rng = random.Random(given.seed)
    with common.Workplace(given) as place:
        quarters = ["--layout", "csv", "--quarters", "2"]
        lists = [place.synth(f"lists-{at}", given.persons, given.seed + at, *quarters) for at in (0, 1)]
        versions = [folder / QUARTER for folder in lists]
        following = lists[0] / NEXT_QUARTER
        outs, published, next_published, explained, known = [], [], [], [], []
        for at in (0, 1):
            out, files, _ = place.reference(versions[at], f"alone-{at}")
            outs.append(out)
            published.append(files)
            next_published.append(place.reference(
                following, f"next-{at}", "--previous", out / QUARTER, quarter=NEXT_QUARTER)[1])
        common.must(next_published[0] != next_published[1], "the next quarter does not depend on the version")
        tables = [name for name in published[0] if name.endswith(".parquet")
                  and published[0][name] != published[1].get(name, published[0][name])]
        common.must(len(tables) > 10, f"only {tables} differ between the versions")
        for read in READERS.values():
            known.append([{name: read(common.current(out) / name) for name in tables} for out in outs])
        exceptions = [pyarrow.parquet.read_table(common.current(out) / "restricted/exception.parquet")
                      .column("exception_id").to_pylist() for out in outs]
        asked = [ids[rng.randrange(len(ids))] for ids in exceptions]
        explained = {one: [normal(place.call("explain", one, "--publication", out / QUARTER), out) for out in outs]
                     for one in asked}

        out = place.folder / "out"
        common.must(place.run(versions[1], out).code == 0, "no first publication")
        publisher = Publisher(place, versions, out)
        publisher.start()
        reader = Reading(place, tally, given, (out, tables, known), (explained, following, next_published), publisher)
        readers = [threading.Thread(target=reader.read_on, daemon=True) for _ in range(READERS_AT_A_TIME)]
        for one in readers:
            one.start()
        for one in readers:
            one.join()
        publisher.ending.set()
        publisher.join()
        tally.count("(replacements)", publisher.published)
        if publisher.failed:
            tally.fault("the publishing run failed", publisher.failed)
        elif reader.done < given.trials:
            tally.fault("readers broke off", given.trials - reader.done)
        tally.count("(careless readers, for comparison: a mixture)", reader.mixtures)
        if given.trials >= 5_000 and not reader.mixtures:
            tally.fault("the campaign could not have seen a mixture")
        lost = common.leftovers(out)
        if lost:
            tally.fault("left lying", lost)
    tally.end()


class Reading:
    """Readers that come one after the other in several threads."""

    def __init__(self, place, tally, given, published, own, publisher):
        self.place, self.tally, self.seed, self.publisher = place, tally, given.seed, publisher
        self.out, self.tables, self.known = published
        self.explained, self.following, self.next_published = own
        self.numbers, self.lock, self.mixtures, self.done = iter(range(given.trials)), threading.Lock(), 0, 0
        self.own = threading.Lock()
        self.link = self.out / QUARTER / "latest"

    def read_on(self):
        while not self.publisher.failed and not self.place.over:
            with self.lock:
                number = next(self.numbers, None)
            if number is None:
                return
            rng, before = random.Random(self.seed * 1_000_003 + number), self.link.readlink()
            if number % 50 == 25:
                # One at a time: they work, where the others wait.
                with self.own:
                    before = self.link.readlink()
                    outcome = self.own_reader(rng, number)
            else:
                outcome = self.by_path(rng, number)
            if self.place.over:
                return
            moved = self.link.readlink() != before
            mixed = number % 20 == 10 and self.careless(rng)
            with self.lock:
                fault, what, told = outcome
                self.tally.fault(what, told) if fault else self.tally.count(what)
                self.tally.count("(of these: replaced while they read)", moved)
                self.tally.count("(careless readers, for comparison)", number % 20 == 10)
                self.mixtures += mixed
                self.done += 1

    def by_path(self, rng, number):
        """Reads some tables of the run that the link names; whether that is a fault, and what it is."""
        at = number % 2
        name, read = list(READERS.items())[at]
        pinned = self.link.resolve()
        some = rng.sample(self.tables, 6)
        try:
            versions, foreign, mixed = read_tables(some, self.known[at], read, lambda: pinned, rng.choice(DAWDLING))
        except (OSError, duckdb.Error, pyarrow.ArrowException) as error:
            return True, f"{name} by path: unreadable", f"{pinned.name}: {error}"
        if mixed or foreign or not versions:
            return True, f"{name} by path: a mixture", f"{pinned.name}: {some}, of no version: {foreign}"
        return False, f"{name} by path: one version", ""

    def careless(self, rng):
        """Looks the link up anew for each table, and dawdles."""
        try:
            some = rng.sample(self.tables, 6)
            return read_tables(some, self.known[0], by_pyarrow, lambda: self.link, DAWDLING[-1])[2]
        except OSError:
            return True

    def own_reader(self, rng, number):
        """One of the program's own readers."""
        place, period = self.place, self.out / QUARTER
        if number % 500 == 25:
            target = place.fresh("next")
            ended = place.run(self.following, target, "--previous", period, quarter=NEXT_QUARTER)
            good = ended.code == 0 and common.contents(common.current(target, NEXT_QUARTER)) in self.next_published
            return not good, f"the next quarter's run: {'on one version' if good else 'another result'}", ended.tail()
        if number % 100 == 25:
            ended = place.call("verify", period)
            good = ended.code == 0 and "发布完好" in ended.said
            return not good, f"verify: {'whole' if good else 'not whole'}", ended.tail()
        one = rng.choice(list(self.explained))
        told = normal(place.call("explain", one, "--publication", period), self.out)
        good = told in self.explained[one]
        return not good, f"explain: {'as of one version' if good else 'as of no version'}", f"{one}: {told}"


if __name__ == "__main__":
    main()
