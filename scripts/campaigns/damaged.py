#!/usr/bin/env python3
"""Damages a publication and lets the next quarter's run go on from it.

    damaged.py PROGRAM [TRIALS] [SEED]

Each of TRIALS (300) times one thing is done to a copy of a publication, at random: a byte of a file flipped, a file cut
short, lengthened, removed, replaced by that of another run or by another file of the same run, replaced by a link, a folder
or a pipe, a file added; a number, a digest or a path of the manifest edited, a list in it shortened; the link `latest`
bent. Then the next quarter is run on it, and `bidui verify` asked.
What must hold: the run is refused (exit 2) and names the file, or what it publishes is, to the byte, what it publishes on
the undamaged one; and `verify` names the file, whatever was done. No difference in silence.
"""

import json
import os
import random
import shutil

import common
from common import NEXT_QUARTER, QUARTER

MANIFEST = "manifest.json"
READ = ["restricted/record.parquet", "restricted/exception.parquet", "tables/fact_indicator.parquet",
        "restricted/view/dibao.parquet"]


def flip(path, rng):
    bytes_ = bytearray(path.read_bytes())
    bytes_[rng.randrange(len(bytes_))] ^= 1 << rng.randrange(8)
    path.write_bytes(bytes_)


def edit_manifest(run, other, rng):
    """Changes one thing of the manifest that a reader might believe."""
    path = run / MANIFEST
    told = json.loads(path.read_text(encoding="utf-8"))
    kind = rng.choice(["digest", "rows", "bytes", "path", "dropped", "counts", "period", "other", "text", "keys"])
    one = rng.choice(told["outputs"])
    if kind == "digest":
        one["sha256"] = "0" + one["sha256"][1:] if one["sha256"][0] != "0" else "1" + one["sha256"][1:]
    elif kind == "rows":
        one["rows"] = (one["rows"] or 0) + 1
    elif kind == "bytes":
        one["bytes"] += 1
    elif kind == "path":
        one["path"] = rng.choice(told["outputs"])["path"] + ".old"
    elif kind == "dropped":
        told["outputs"].remove(one)
    elif kind == "counts":
        rng.choice(told["sources"])["accepted"] += 1
    elif kind == "period":
        told["period"] = "2018Q2"
    elif kind == "keys":
        told["keys"] = None
    elif kind == "other":
        shutil.copy2(other / MANIFEST, path)
        return f"manifest: that of another run"
    if kind == "text":
        flip(path, rng)
    else:
        path.write_text(json.dumps(told, ensure_ascii=False, indent=2), encoding="utf-8")
    return f"manifest edited: {kind}"


def damage(run, other, files, rng):
    """Does one thing to a run's folder. Says what, and the file that must be named."""
    # What the next quarter reads is damaged as often as all the rest.
    file = rng.choice(READ if rng.random() < 0.5 else files)
    path = run / file
    kind = rng.choices(["flip", "cut", "longer", "removed", "of another run", "another file", "link", "folder", "pipe",
                        "added", "manifest", "latest"], [30, 12, 6, 12, 14, 8, 3, 3, 2, 10, 30, 5])[0]
    size = path.stat().st_size
    if kind == "flip":
        flip(path, rng)
    elif kind == "cut":
        os.truncate(path, rng.choice([0, size // 2, size - 1, rng.randrange(size)]))
    elif kind == "longer":
        with open(path, "ab") as end:
            end.write(rng.randbytes(rng.randrange(1, 100)))
    elif kind == "of another run":
        changed = [name for name in files if (other / name).is_file()
                   and common.sha256(other / name) != common.sha256(run / name)]
        file = rng.choice(changed)
        shutil.copy2(other / file, run / file)
    elif kind == "another file":
        changed = [name for name in files if common.sha256(run / name) != common.sha256(path)]
        shutil.copy2(run / rng.choice(changed), path)
    elif kind == "added":
        file = rng.choice(["restricted/view/more.parquet", "tables/fact_more.parquet", "lists/备注.txt", ".hidden",
                           "restricted/exception (1).parquet"])
        shutil.copy2(path, run / file)
    elif kind == "manifest":
        return edit_manifest(run, other, rng), MANIFEST
    elif kind == "latest":
        link = run.parent / "latest"
        link.unlink()
        how = rng.choice(["dangling", "missing", "a file", "a folder above"])
        if how == "dangling":
            link.symlink_to("run-0009-00000000")
        elif how == "a file":
            link.write_text(run.name)
        elif how == "a folder above":
            link.symlink_to("..")
        return f"latest: {how}", str(run.parent)
    else:
        path.unlink()
        if kind == "link":
            path.symlink_to("/nonexistent")
        elif kind == "folder":
            path.mkdir()
        elif kind == "pipe":
            os.mkfifo(path)
    return f"file: {kind}", file


def main():
    given = common.arguments(__doc__, 300)
    tally = common.Tally("refused with the file's name, or the same bytes; verify names it")
    rng = random.Random(given.seed)
    with common.Workplace(given) as place:
        quarters = ["--layout", "csv", "--quarters", "2"]
        lists, others = (place.synth(f"lists-{at}", given.persons, given.seed + at, *quarters) for at in (0, 1))
        out, files, _ = place.reference(lists / QUARTER, "out")
        other = common.current(place.reference(others / QUARTER, "other")[0])
        whole = common.current(out)
        _, expected, _ = place.reference(lists / NEXT_QUARTER, "next", "--previous", out / QUARTER, quarter=NEXT_QUARTER)
        files = sorted(set(files) - {MANIFEST})
        for _ in range(given.trials):
            home = place.fresh("damaged")
            period = home / QUARTER
            shutil.copytree(out / QUARTER, period, symlinks=True)
            what, file = damage(period / whole.name, other, files, rng)
            named = os.path.basename(file)
            # As the quarter before in the same output folder, or named.
            if rng.random() < 0.5:
                target, more = home, []
            else:
                target, more = place.fresh("target"), ["--previous", period]
            ended = place.run(lists / NEXT_QUARTER, target, *more, quarter=NEXT_QUARTER, limit=120)
            now = common.current(target, NEXT_QUARTER)
            if ended.hung or common.PANIC.search(ended.said):
                tally.fault(f"{what}: hangs or panics", ended.tail())
            elif ended.code == 0:
                got = common.contents(now)
                if got == expected:
                    tally.count(f"{what}: same bytes")
                else:
                    tally.fault(f"{what}: another result in silence", f"{file}: {common.differing(got, expected)}")
            elif ended.code == 2 and now is None and named in ended.said:
                tally.count(f"{what}: refused, named")
            else:
                tally.fault(f"{what}: refused without the name, or with another code", f"{file}: {ended.tail()}")
            checked = place.call("verify", period / whole.name if what.startswith("latest") else period, limit=60)
            if what.startswith("latest"):
                # The run itself is whole.
                if checked.code != 0:
                    tally.fault("verify: a whole run is called damaged", checked.tail())
            elif checked.code == 2 and named in checked.said and not checked.hung:
                tally.count("verify names it")
            else:
                tally.fault("verify does not name it", f"{what} {file}: {checked.tail()}")
    tally.end()


if __name__ == "__main__":
    main()
