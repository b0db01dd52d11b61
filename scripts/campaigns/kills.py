#!/usr/bin/env python3
"""Kills runs at random moments (SIGKILL), with all the processes they started left to themselves.

    kills.py PROGRAM [KILLS] [SEED]

Each of KILLS (200) times a run is killed: a first run of the quarter, or one over an earlier publication; every third time
not before it has begun to write. Engines take turns.
What must hold: the earlier publication is still the current one, whole, or the new one is, whole; none is half there; no
process is left; the next run publishes, to the byte, what a run that nobody killed publishes, and nothing that the killed one
left is still there after it. Runs that end before they are killed are counted and tried again.
"""

import random
import shutil
import time

import common
from common import QUARTER


def main():
    given = common.arguments(__doc__, 200, "kills")
    tally = common.Tally("nothing lost, nothing half there, the next run equal to the byte")
    rng = random.Random(given.seed)
    engines = [[], ["--memory", "300MB"]]
    with common.Workplace(given) as place:
        lists = [place.synth(f"lists-{at}", given.persons, given.seed + at, "--layout", "csv") / QUARTER for at in (0, 1)]
        before, old, _ = place.reference(lists[0], "before")
        _, first, taken = place.reference(lists[1], "after")
        _, further, _ = place.reference(lists[1], "further", over=before)
        killed = tries = 0
        while killed < given.trials and tries < 3 * given.trials + 10:
            tries += 1
            out, over = place.fresh("out"), rng.random() < 0.5
            if over:
                shutil.rmtree(out)
                shutil.copytree(before, out, symlinks=True)
            engine = engines[tries % 2]
            process = place.begin(*place.run_words(lists[1], out, *engine))
            if killed % 3 == 2:
                # Publishing is a small part of a run, and the one that matters.
                while process.poll() is None and not any((out / f".staging-{QUARTER}").glob("tables/*")):
                    time.sleep(0.001)
                common.wait(process, rng.uniform(0, taken / 8))
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
            kind, new = ("over an earlier one", further) if over else ("first run", first)
            now = common.current(out)
            held = common.contents(now) if now else None
            left = common.leftovers(out)
            if held == new:
                tally.count(f"{kind}: the new one is current, whole")
            elif held == (old if over else None):
                tally.count(f"{kind}: {'the old one is current, whole' if over else 'nothing is published'}")
            else:
                tally.fault(f"{kind}: neither the old nor the new one", f"{now} {left}")
            if left:
                tally.count("(left something behind)")
            survivors = wait_for_none(place)
            if survivors:
                tally.fault("processes are left", survivors)
            again = place.run(lists[1], out, *engine)
            # Others use the machine, now more, now less.
            taken = (taken + again.seconds) / 2
            if again.code != 0 or common.contents(common.current(out)) != new:
                tally.fault("the next run is not that of an undisturbed one", again.tail())
            elif common.leftovers(out):
                tally.fault("left lying after the next run", common.leftovers(out))
            else:
                tally.count("the next run is equal, nothing left lying")
            strays = list(place.temporary.iterdir())
            if strays:
                tally.fault("files for a while are left", strays)
                place.fresh("tmp")
        if killed < given.trials:
            tally.fault("too few runs could be killed", killed)
    tally.end()


def wait_for_none(place, seconds=5):
    """Processes that are still there after a while: those that read files end with their parent."""
    until = time.monotonic() + seconds
    while (there := place.processes()) and time.monotonic() < until:
        time.sleep(0.02)
    return there


if __name__ == "__main__":
    main()
