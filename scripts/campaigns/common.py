"""What the campaigns have in common: a scratch folder, invented lists, runs of the program, and counts of what came of them.

Every campaign is called as `SCRIPT PROGRAM [TRIALS] [SEED]`, works in a folder for temporary files, removes it when it ends,
however it ends, and exits 1 where what must hold did not. The same seed draws the same trials; at which moment of a run a
blow falls depends on the machine.
"""

import argparse
import atexit
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PIPELINE = "pipelines/hebi"
QUARTER, NEXT_QUARTER = "2018Q3", "2018Q4"
KEYS = {"test.key": b"an invented key of 32 bytes long", "test.identity.key": b"a secret of 32 bytes, for tests."}
# What no operator should ever see.
PANIC = re.compile(r"panicked at|RUST_BACKTRACE|stack backtrace|memory allocation of|stack overflow|terminate called")


def arguments(doc, trials, what="trials", more=lambda parser: None):
    """PROGRAM, how many, the seed, and what `more` adds."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path, help="bidui, of whatever build")
    parser.add_argument("trials", type=int, nargs="?", default=trials, help=f"how many {what} (default {trials})")
    parser.add_argument("seed", type=int, nargs="?", default=1, help="draws the trials (default 1)")
    # Of fewer persons a county's list may have nobody, and a list without rows beside others stops a run.
    parser.add_argument("--persons", type=int, default=800, help="about how many persons are invented (default 800)")
    parser.add_argument("--select", metavar="RULES", help="rules that the runs run, as R0,R1 (default: all)")
    more(parser)
    given = parser.parse_args()
    given.program = given.program.resolve()
    if not os.access(given.program, os.X_OK):
        parser.error(f"{given.program} is no program")
    signal.signal(signal.SIGTERM, break_off)
    return given


def break_off(*_):
    """Ends the campaign; a second signal does not disturb the tidying up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(143)


@dataclass
class Ended:
    """How a call of the program ended: its code (negative: a signal), what it said, how long it took."""
    code: int
    out: str
    err: str
    seconds: float
    hung: bool = False

    @property
    def said(self):
        return self.out + self.err

    def clear(self):
        """True if it says one error, in Chinese, and nothing that only a programmer understands."""
        errors = re.findall(r"^错误：.*$", self.err, re.MULTILINE)
        return len(errors) == 1 and "提示：" in self.err and not PANIC.search(self.said)

    @property
    def message(self):
        """The first error that it tells, without what differs from case to case."""
        found = re.search(r"^错误：([^：（“\n]*)", self.err, re.MULTILINE)
        return found[1] if found else "no message"

    def tail(self):
        return f"exit {self.code}: {' '.join(self.err.split())[-400:]}"


class Workplace:
    """A scratch folder with a program of its own (so that its processes are known) and keys; gone at the end."""

    def __init__(self, given):
        self.given, self.over = given, False

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="bidui-campaign-"))
        self.program = self.folder / "bidui"
        try:
            os.link(self.given.program, self.program)
        except OSError:
            shutil.copy2(self.given.program, self.program)
        for name, key in KEYS.items():
            path = self.folder / name
            path.touch(mode=0o600)
            path.write_bytes(key)
        self.temporary = self.fresh("tmp")
        return self

    def __exit__(self, *_):
        # Threads that still work know what becomes of their runs.
        self.over = True
        for _ in range(50):
            for process in self.processes():
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            shutil.rmtree(self.folder, ignore_errors=True)
            if not self.folder.exists() and not self.processes():
                break
            time.sleep(0.1)

    def fresh(self, name):
        """An empty folder of that name."""
        path = self.folder / name
        remove(path)
        path.mkdir(parents=True)
        return path

    def processes(self):
        """Processes of this workplace's program, children included."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if os.readlink(entry / "exe").removesuffix(" (deleted)") == str(self.program):
                        found.append(int(entry.name))
                except OSError:
                    pass
        return found

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BIDUI_")}
        return kept | {"HOME": str(self.folder), "TMPDIR": str(self.temporary)} | more

    def begin(self, *words, environment=None, before=()):
        """Starts the program, `before` in front of it."""
        return subprocess.Popen([*map(str, before), str(self.program), *map(str, words)], cwd=ROOT, text=True,
                                encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=environment or self.environment())

    def call(self, *words, limit=300, **more):
        """Runs the program to its end; one that takes longer than `limit` seconds hangs, and is ended."""
        return finish(self.begin(*words, **more), limit)

    def synth(self, name, persons, seed, *more):
        """Invents lists; returns the folder with a folder for each quarter."""
        folder = self.folder / name
        ended = self.call("synth", PIPELINE, "--persons", persons, "--seed", seed, "--out", folder, "--quiet", *more)
        must(ended.code == 0, f"synth: {ended.tail()}")
        return folder

    def run_words(self, data, out, *more, quarter=QUARTER):
        """Words of a run. What invented lists lack is allowed: few persons leave counties out."""
        more = [*more, "--select", self.given.select] if self.given.select else more
        return ["run", PIPELINE, "--quarter", quarter, "--data", data, "--out", out, "--key-file",
                self.folder / "test.key", "--allow-partial", "--quiet", "--no-progress", *more]

    def run(self, data, out, *more, quarter=QUARTER, **options):
        return self.call(*self.run_words(data, out, *more, quarter=quarter), **options)

    def reference(self, data, name, *more, quarter=QUARTER, over=None):
        """A run that nothing disturbs: its output folder, what it published, how long it took. With `over` it is a further
        run of the quarter, beside what is in that output folder: it tells what changed since, so it is not the first one's."""
        out = self.folder / name
        if over:
            shutil.copytree(over, out, symlinks=True)
        ended = self.run(data, out, *more, quarter=quarter)
        must(ended.code == 0, f"the undisturbed run: {ended.tail()}")
        return out, contents(current(out, quarter)), ended.seconds


def finish(process, limit=300):
    """Waits for a process of `Workplace.begin`."""
    begun, hung = time.monotonic(), False
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        hung = True
        process.kill()
        out, err = process.communicate()
    return Ended(process.returncode, out, err, time.monotonic() - begun, hung)


def wait(process, seconds):
    """Waits so long, or until the process has ended by itself."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass


def must(holds, what):
    """Ends the campaign where it cannot even begin."""
    if not holds:
        sys.exit(f"the campaign cannot begin: {what}")


def remove(path):
    """Removes whatever is there."""
    path = Path(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def current(out, quarter=QUARTER):
    """The run that a quarter's link names, looked up once; None where there is none."""
    link = Path(out) / quarter / "latest"
    return link.resolve() if link.exists() else None


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def contents(folder):
    """Digest of every file below a folder, by its path; links and folders by what they are."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        if path.is_symlink():
            found[str(path.relative_to(folder))] = f"link to {os.readlink(path)}"
        elif not path.is_dir():
            found[str(path.relative_to(folder))] = sha256(path) if path.is_file() else "no regular file"
    return found


def differing(one, other, most=5):
    """Names of the files that two publications do not share."""
    names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    return ", ".join(names[:most]) + ("" if len(names) <= most else f" and {len(names) - most} more")


def leftovers(out, quarter=QUARTER):
    """What an ended run may not leave in an output folder: everything but runs up to the current one, the link, the lock,
    and what is left of a refused run."""
    out, found = Path(out), []
    if not out.exists():
        return found
    for path in out.iterdir():
        if not re.fullmatch(r"\d{4}Q\d|\.bidui\.lock|refused-.*", path.name):
            found.append(path.name)
    now = current(out, quarter)
    for path in (out / quarter).iterdir() if (out / quarter).is_dir() else ():
        run = re.fullmatch(r"run-(\d+)-[0-9a-f]{8}", path.name)
        if path.name != "latest" and (not run or now is None or int(run[1]) > int(now.name.split("-")[1])):
            found.append(f"{quarter}/{path.name}")
    return sorted(found)


def manifest(folder):
    return json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))


class Tally:
    """Counts of outcomes. `fault` is for what must not happen; each is told when it does."""

    def __init__(self, must_hold):
        self.must_hold, self.counts, self.faults, self.begun = must_hold, Counter(), 0, time.monotonic()
        # Who breaks a campaign off sees how far it came.
        atexit.register(self.tell)

    def count(self, outcome, number=1):
        self.counts[outcome] += number

    def fault(self, outcome, told=""):
        self.counts[f"FAULT: {outcome}"] += 1
        self.faults += 1
        if self.faults <= 20:
            print(f"FAULT: {outcome}: {told}", file=sys.stderr, flush=True)

    def tell(self):
        """Prints the counts."""
        for outcome, number in sorted(self.counts.items()):
            print(f"{number:>7}  {outcome}")
        held = "held" if not self.faults else f"did NOT hold, {self.faults} times"
        if not self.counts:
            held = "was NOT tried"
        print(f"{self.must_hold}: {held} ({time.monotonic() - self.begun:.0f} s)", flush=True)

    def end(self):
        """Prints the counts and ends the program, with 1 if there was a fault."""
        atexit.unregister(self.tell)
        self.tell()
        sys.exit(1 if self.faults else 0)
