#!/usr/bin/env python3
"""Lets runs fill disks of many sizes.

    small_disks.py PROGRAM [SIZES] [SEED]

SIZES (60) disks hold the output folder: half of them empty, half with an earlier publication (beside which so much is free).
One in three has from 16 KiB to more than enough from the beginning, which a run finds out before any work; two in three have
room enough until somebody else takes all but a little of it, at a random moment of the run, so that a write fails. Folders for
temporary files lie on another disk, from 4 KiB up. Engines take turns. The disks are tmpfs file systems in a mount namespace of this script's own; where no namespace is to be had, the campaign says so
and a limit on the length of a file (RLIMIT_FSIZE) takes their place.
What must hold: no panic, no signal, no hang; exit 0, or 3 with exactly one Chinese error and its cure; nothing is published by
half, `latest` and what it names are as before; and once there is room, the next run publishes what an undisturbed run does, and
removes what the other left.
"""

import os
import random
import resource
import shutil
import subprocess
import sys
import time

import common
from common import QUARTER

INSIDE = "BIDUI_CAMPAIGN_NAMESPACE"


def enter_namespace():
    """Starts this script again where it may mount; False where that cannot be had."""
    if os.environ.get(INSIDE):
        return os.environ[INSIDE] == "yes"
    test = ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    try:
        allowed = subprocess.run(test, capture_output=True, check=False).returncode == 0
    except OSError:
        allowed = False
    os.environ[INSIDE] = "yes" if allowed else "no"
    if allowed:
        os.execvp("unshare", ["unshare", "-rm", sys.executable, *sys.argv])
    return False


def mount(folder, size, *more):
    options = ",".join([f"size={max(size, 4096)}", *more])
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)


def unmount(folder):
    subprocess.run(["umount", str(folder)], check=True)


def enlarge(folder):
    subprocess.run(["mount", "-o", "remount,size=2g", str(folder)], check=True)


def fill(disk, left):
    """Another program takes the disk but for `left` bytes."""
    room = os.statvfs(disk)
    with open(disk / "somebody else's", "wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, max(room.f_bavail * room.f_frsize - left, 1))
        except OSError:
            pass


def limited(size):
    """For a program without a disk of its own: no file of it gets longer than `size`."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def begin_of_work(process, out):
    while process.poll() is None and not (out / f".staging-{QUARTER}").exists():
        time.sleep(0.002)


def used(folder):
    return sum(-(-path.lstat().st_size // 4096) * 4096 for path in folder.rglob("*"))


def main():
    given = common.arguments(__doc__, 60, "sizes")
    mounts = enter_namespace()
    if not mounts:
        print("no mount namespace here: files are limited in length instead (RLIMIT_FSIZE)", file=sys.stderr)
    tally = common.Tally("one clear message, nothing half published, the earlier publication unharmed")
    rng = random.Random(given.seed)
    with common.Workplace(given) as place:
        lists = [place.synth(f"lists-{at}", given.persons, given.seed + at, "--layout", "csv") / QUARTER for at in (0, 1)]
        before, old, _ = place.reference(lists[0], "before")
        after, first, taken = place.reference(lists[1], "after")
        _, further, _ = place.reference(lists[1], "further", over=before)
        enough, taken_before = used(after) * 4, used(before)
        disk, temporary = place.fresh("disk"), place.temporary
        for number in range(given.trials):
            # Dense where some of a run fits.
            size = int(16_384 * (enough / 16_384) ** ((number + 1) / given.trials))
            later = mounts and number % 3 != 0
            over = number % 2 == 1
            new = further if over else first
            small_temporary = int(4096 * 1024 ** rng.random())
            engine = ["--memory", "100MB"] if number // 2 % 2 else []
            if mounts:
                # A folder of the run's takes room of its own, too.
                mount(disk, 1 << 30 if later else size + (taken_before + 65_536 if over else 0))
                mount(temporary, small_temporary)
            else:
                disk = place.fresh("disk")
            try:
                out = disk / "out"
                if over:
                    shutil.copytree(before, out, symlinks=True)
                what = ("over an earlier one" if over else "first run") + (", filled meanwhile" if later else "")
                process_limit = None if mounts else limited(size // 8)
                words = place.run_words(lists[1], out, *engine)
                process = subprocess.Popen([str(place.program), *map(str, words)], cwd=common.ROOT, text=True,
                                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                           env=place.environment(), preexec_fn=process_limit)
                if later:
                    begin_of_work(process, out)
                    # What is written is a small part of a run.
                    if rng.random() < 0.4:
                        common.wait(process, rng.uniform(0, taken))
                    else:
                        while process.poll() is None and not any((out / f".staging-{QUARTER}").rglob("*.*")):
                            time.sleep(0.002)
                        time.sleep(rng.choice([0, 0, 0.01, 0.1]))
                    fill(disk, int(4096 * 256 ** rng.random()))
                ended = common.finish(process, 120)
                now = common.current(out)
                held = common.contents(now) if now else None
                told = f"{size >> 10} KiB, temporary {small_temporary >> 10} KiB, {what} {engine}: {ended.tail()}"
                if ended.hung:
                    tally.fault("hangs", told)
                elif ended.code == 0 and held == new:
                    tally.count(f"{what}: published, whole")
                elif ended.code != 3:
                    tally.fault("neither published nor exit 3", told)
                elif not ended.clear():
                    tally.fault("no clear message", told)
                elif held != (old if over else None):
                    tally.fault("the earlier publication is not as it was", told)
                else:
                    tally.count(f"{what}: refused (3): {ended.message}")
                if common.leftovers(out):
                    tally.count("(left something behind)")
                if mounts:
                    enlarge(disk)
                    (disk / "somebody else's").unlink(missing_ok=True)
                    enlarge(temporary)
                again = place.run(lists[1], out, *engine)
                taken = (taken + again.seconds) / 2
                if again.code != 0 or common.contents(common.current(out)) != new or common.leftovers(out):
                    tally.fault("the next run, with room", f"{told}; {common.leftovers(out)} {again.tail()}")
                else:
                    tally.count("the next run, with room: equal, nothing left lying")
                if list(temporary.iterdir()):
                    tally.fault("files for a while are left", list(temporary.iterdir()))
            finally:
                if mounts:
                    unmount(disk)
                    unmount(temporary)
    tally.end()


if __name__ == "__main__":
    main()
