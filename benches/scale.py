"""Runs `bidui synth` and `bidui run` at several sizes and prints cost and growth exponents.

A run is one whole process: wall time by the clock, CPU time and peak memory by the operating
system's accounting of the finished process. Started by scale.sh.
"""

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

QUARTER, NEXT = "2018Q3", "2018Q4"
SEED = "20180930"
# Extracts and publication of one person on disk, with room to spare.
BYTES_PER_PERSON = 700


def size(text: str) -> int:
    """`100k`, `1.6M`, `250000`."""
    factor = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower(), 1)
    number = round(float(text[:-1] if factor > 1 else text) * factor)
    if number < 1:
        raise argparse.ArgumentTypeError(f"no size: {text}")
    return number


def short(persons: int) -> str:
    for factor, unit in ((1_000_000, "M"), (1_000, "k")):
        if persons >= factor:
            return f"{persons / factor:g}{unit}"
    return str(persons)


def memory_kib(name: str) -> int:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def resident_kib(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def timed(command: list[str], log: Path, most_kib: int) -> dict[str, float]:
    """Runs one process to its end. One that outgrows `most_kib` is stopped before the machine is."""
    outgrown = False
    with log.open("ab") as sink:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=sink, stderr=sink)
        while True:
            child, status, usage = os.wait4(process.pid, os.WNOHANG)
            if child:
                break
            if resident_kib(process.pid) > most_kib:
                outgrown = True
                process.kill()
            time.sleep(0.01)
        wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if not outgrown and process.returncode != 0:
        words = log.read_text(errors="replace")[-600:]
        raise SystemExit(f"{' '.join(command[:2])} failed with {process.returncode}, see {log}:\n{words}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024,
            "outgrown": outgrown}


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def make(options: argparse.Namespace, persons: int, folder: Path, most_kib: int) -> dict[str, float] | None:
    """Invents the extracts unless they are there from before; the folder gets its name when whole."""
    if folder.is_dir():
        return None
    parts = folder.with_name(folder.name + ".part")
    shutil.rmtree(parts, ignore_errors=True)
    command = [str(options.binary), "synth", str(options.pipeline), "--persons", str(persons), "--seed", SEED,
               "--quarter", QUARTER, "--quarters", "2" if options.next else "1", "--layout", options.layout,
               "--out", str(parts), "--quiet"]
    cost = timed(command, options.folder / "synth.log", most_kib)
    if cost["outgrown"]:
        raise SystemExit(f"bidui synth took more than {most_kib // 1024} MiB")
    parts.rename(folder)
    return cost


def measure(options: argparse.Namespace, persons: int, most_kib: int) -> list[dict]:
    """Lines of the table for one size."""
    name = short(persons)
    data = options.folder / f"{name}-{options.layout}{'-two' if options.next else ''}"
    free = shutil.disk_usage(options.folder).free
    if free < persons * BYTES_PER_PERSON * (2 if options.next else 1):
        raise SystemExit(f"{name}: {free >> 30} GiB free in {options.folder}, too little")
    fresh, out = not data.is_dir(), options.folder / f"{name}-out"
    try:
        return lines_of(options, persons, data, out, most_kib)
    finally:
        if not options.keep:
            shutil.rmtree(out, ignore_errors=True)
            for made in (data, data.with_name(data.name + ".part")) if fresh else ():
                shutil.rmtree(made, ignore_errors=True)


def lines_of(options: argparse.Namespace, persons: int, data: Path, out: Path, most_kib: int) -> list[dict]:
    lines = []
    made = make(options, persons, data, most_kib)
    if made:
        lines.append({"persons": persons, "what": "synth", "runs": 1, "bytes": bytes_in(data), **made})
    runs: dict[str, list[dict]] = {"run": [], "next": []} if options.next else {"run": []}
    written = dict.fromkeys(runs, 0)
    for _ in range(options.repeat):
        # Every first run is the first of its quarter; the next quarter finds it in the same folder.
        shutil.rmtree(out, ignore_errors=True)
        for what, quarter in zip(runs, (QUARTER, NEXT)):
            command = [str(options.binary), "run", str(options.pipeline), "--quarter", quarter, "--data",
                       str(data / quarter), "--out", str(out), "--key-file", str(options.folder / "pseudonym.key"),
                       "--quiet", *options.arguments]
            cost = timed(command, options.folder / "run.log", most_kib)
            runs[what].append(cost)
            written[what] = bytes_in((out / quarter / "latest").resolve())
            print(f"{short(persons)} {what}: {cost['wall']:.2f} s, {cost['peak']:.0f} MiB", file=sys.stderr)
            if cost["outgrown"]:
                break
        if any(each and each[-1]["outgrown"] for each in runs.values()):
            break
    for what, each in runs.items():
        if each:
            line = {key: statistics.median(run[key] for run in each) for key in ("wall", "cpu", "peak")}
            lines.append({"persons": persons, "what": what, "runs": len(each), "bytes": written[what], **line,
                          "outgrown": each[-1]["outgrown"]})
    return lines


def exponents(lines: list[dict], what: str) -> list[str]:
    """log-log slopes between neighbouring sizes, and from the smallest to the largest."""
    known = sorted((line for line in lines if line["what"] == what and not line["outgrown"]),
                   key=lambda line: line["persons"])
    spans = list(zip(known, known[1:]))
    if len(known) > 2:
        spans.append((known[0], known[-1]))
    found = []
    for a, b in spans:
        across = math.log(b["persons"] / a["persons"])
        if across == 0:
            continue
        slope = {key: math.log(b[key] / a[key]) / across for key in ("wall", "cpu", "peak")}
        found.append(f"{what:6} {short(a['persons']):>6} → {short(b['persons']):6} {slope['wall']:>10.2f}"
                     f"{slope['cpu']:>10.2f}{slope['peak']:>10.2f}")
    return found


def main() -> None:
    ours, theirs = sys.argv[1:], []
    if "--" in ours:
        at = ours.index("--")
        ours, theirs = ours[:at], ours[at + 1:]
    parser = argparse.ArgumentParser(prog="benches/scale.sh")
    parser.add_argument("sizes", nargs="*", type=size, metavar="SIZE")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave extracts and publications where they are")
    parser.add_argument("--next", action="store_true", help="run the next quarter, too, compared with the first")
    parser.add_argument("--layout", default="csv", choices=["csv", "gb18030", "parquet"])
    parser.add_argument("--most-memory", type=float, metavar="GIB",
                        help="stop a process that takes more (default: nine tenths of what is free)")
    parser.add_argument("--folder", type=Path, help="where extracts and publications are put")
    parser.add_argument("--binary", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--pipeline", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(ours)
    options.arguments = theirs
    options.folder.mkdir(parents=True, exist_ok=True)
    most_kib = int(options.most_memory * (1 << 20) if options.most_memory else memory_kib("MemAvailable") * 0.9)
    lines = []
    for persons in sorted(set(options.sizes or [100_000, 1_600_000, 10_000_000])):
        lines += measure(options, persons, most_kib)
    if options.json:
        options.json.write_text(json.dumps(lines, indent=1))
    print(f"{os.cpu_count()} cores, {memory_kib('MemTotal') >> 20} GiB, bidui run {' '.join(theirs)}".rstrip())
    print(f"{'persons':>8} {'what':6}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'MiB written':>13}")
    for line in lines:
        note = f"  stopped: took more than {most_kib // 1024} MiB" if line["outgrown"] else ""
        print(f"{short(line['persons']):>8} {line['what']:6}{line['wall']:>9.2f}{line['cpu']:>9.2f}"
              f"{line['peak']:>10.0f}{line['bytes'] >> 20:>13}{note}")
    first = {line["persons"]: line for line in lines if line["what"] == "run"}
    for line in (line for line in lines if line["what"] == "next" and not line["outgrown"]):
        base = first[line["persons"]]
        print(f"{short(line['persons'])}: the next quarter takes {line['wall'] / base['wall']:.2f} of the first one's "
              f"time, {line['cpu'] / base['cpu']:.2f} of its CPU, {line['peak'] / base['peak']:.2f} of its memory")
    slopes = exponents(lines, "synth") + exponents(lines, "run")
    if slopes:
        print(f"\n{'growth exponents':23}{'wall':>10}{'CPU':>10}{'peak':>10}")
        print("\n".join(slopes))


if __name__ == "__main__":
    main()
