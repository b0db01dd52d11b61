"""Runs every engine on the same files in turn and prints one table of quality and cost.

A run is one whole process: wall time by the clock, CPU time and peak memory by the operating
system's accounting of the finished process. Runs are interleaved (A B C D A B C D ...), so drift of
the machine hits all alike; medians are printed, with ratios to bidui of the same run.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


# What each process does: the lines of one group can be compared with each other.
PAIR, ALL, RUN = "registry × insurance", "all extracts", "whole run"
# Parts of a whole run, done by hand: they take up what `bidui-run` published in the same turn.
BY_HAND = {"duckdb-rules": "rules", "duckdb-copy": "copy"}


def commands(data: Path, out: Path, bidui: Path, config: Path) -> dict[str, list[str]]:
    python = sys.executable
    link = [str(bidui), "link", str(config), "--data", str(data), "--quiet", "--out"]
    return {
        "bidui": [*link, str(out / "bidui"), "--sources", "registry_person,insurance"],
        "duckdb-exact": [python, str(HERE / "duckdb_exact.py"), str(data), str(out / "duckdb-exact.parquet")],
        "duckdb-cascade": [python, str(HERE / "duckdb_cascade.py"), str(data), str(out / "duckdb-cascade.parquet")],
        "splink": [python, str(HERE / "splink_link.py"), str(data), str(out / "splink.parquet")],
        "bidui-all": [*link, str(out / "bidui-all")],
        "splink-all": [python, str(HERE / "splink_all.py"), str(data), str(out / "splink-all.parquet")],
        "bidui-run": [str(bidui), "run", str(config.parent), "--quarter", data.name, "--data", str(data), "--quiet",
                      "--out", str(out / "bidui-run"), "--key-file", str(out / "pseudonym.key")],
    } | {
        name: [python, str(HERE / "duckdb_job.py"), part, str(out / "bidui-run" / data.name), str(config.parent),
               str(out / f"{name}.json")]
        for name, part in BY_HAND.items()
    }


def stages(command: list[str]) -> dict[str, float]:
    """Wall seconds by stage of a whole run, as the profiler `run_times` prints them."""
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    laps = re.findall(r"^ *([0-9.]+) s +cpu .* MiB +(.+)$", printed, re.MULTILINE)
    return {title: float(seconds) for seconds, title in laps}


def group(name: str) -> str:
    return RUN if name == "bidui-run" or name in BY_HAND else ALL if name.endswith("-all") else PAIR


def timed(command: list[str], log: Path) -> dict[str, float]:
    """Runs one process to its end; returns wall and CPU seconds and peak MiB."""
    with log.open("ab") as sink:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=sink, stderr=sink)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) != 0:
        last = log.read_text("utf-8", errors="replace").splitlines()[-20:]
        raise SystemExit("\n".join([f"failed: {' '.join(command)}", *last]))
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024}


def quality(links: str, data: Path) -> dict[str, float]:
    """Pairwise precision, recall and F1 of the accepted links against the truth file."""
    con = duckdb.connect()
    con.execute(f"""
        CREATE TABLE truth AS SELECT record_id, person FROM read_csv('{data.parent}/truth/{data.name}/records.csv', all_varchar=true)
            WHERE source IN ('registry_person', 'insurance');
        CREATE TABLE found AS SELECT DISTINCT left_record_id l, right_record_id r FROM ({links});
    """)
    (found, right) = con.execute("""
        SELECT count(*), count(*) FILTER (a.person = b.person)
        FROM found JOIN truth a ON a.record_id = l JOIN truth b ON b.record_id = r""").fetchone()
    (total,) = con.execute("""
        WITH s AS (SELECT person, count(*) FILTER (record_id LIKE 'registry%') x,
                          count(*) FILTER (record_id NOT LIKE 'registry%') y FROM truth GROUP BY 1)
        SELECT sum(x * y) FROM s""").fetchone()
    precision, recall = right / max(found, 1), right / total
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}


def clusters(persons: str, data: Path) -> dict[str, float]:
    """Pairwise precision, recall and F1 of persons, without listing their pairs."""
    con = duckdb.connect()
    (found, right, total) = con.execute(f"""
        WITH truth AS (SELECT record_id, person FROM read_csv('{data.parent}/truth/{data.name}/records.csv', all_varchar=true)),
        placed AS (SELECT t.person, coalesce(f.cluster, t.record_id) AS cluster
                 FROM truth t LEFT JOIN ({persons}) f(record_id, cluster) USING (record_id)),
        size(kind, n) AS (SELECT 'found', count(*) FROM placed GROUP BY cluster
            UNION ALL SELECT 'right', count(*) FROM placed GROUP BY cluster, person
            UNION ALL SELECT 'total', count(*) FROM placed GROUP BY person)
        SELECT sum(n * (n - 1)) FILTER (kind = 'found'), sum(n * (n - 1)) FILTER (kind = 'right'),
               sum(n * (n - 1)) FILTER (kind = 'total') FROM size""").fetchone()
    precision, recall = float(right / max(found, 1)), float(right / total)
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}


def best_threshold(file: Path, data: Path) -> tuple[float, dict[str, float]]:
    """Splink gives probabilities: report the threshold that is best for it."""
    results = {t: quality(f"SELECT * FROM '{file}' WHERE match_probability >= {t}", data)
               for t in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)}
    threshold = max(results, key=lambda t: results[t]["f1"])
    return threshold, results[threshold]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--engines", default="bidui,duckdb-exact,duckdb-cascade,splink,bidui-all,bidui-run,duckdb-rules,duckdb-copy",
                        help="names, in any order; splink-all takes minutes and is run only if named")
    parser.add_argument("--bidui", type=Path, default=ROOT / "target/release/bidui")
    parser.add_argument("--config", type=Path, default=ROOT / "pipelines/hebi/link.toml")
    parser.add_argument("--run-times", type=Path,
                        help="the profiler run_times: its stages are set against the parts of the job done by hand")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    out = options.data.parent / f"{options.data.name}-versus"
    out.mkdir(exist_ok=True)
    try:
        measure(options, out)
    finally:
        shutil.rmtree(out, ignore_errors=True)


def measure(options: argparse.Namespace, out: Path) -> None:
    known = commands(options.data, out, options.bidui, options.config)
    wanted = options.engines.split(",")
    if not set(wanted) <= set(known):
        raise SystemExit(f"engines: {', '.join(known)}")
    if set(wanted) & set(BY_HAND) and "bidui-run" not in wanted:
        raise SystemExit(f"{', '.join(BY_HAND)} take up what bidui-run publishes: name it, too")
    todo = {name: command for name, command in known.items() if name in wanted}
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in todo}
    laps: list[dict[str, float]] = []
    for turn in range(options.repeat):
        for name, command in todo.items():
            if name == "bidui-run":
                # A publication that is there already would be compared with, or replaced.
                shutil.rmtree(out / "bidui-run", ignore_errors=True)
            runs[name].append(timed(command, out / f"{name}.log"))
            if name in BY_HAND:
                runs[name][-1]["part"] = json.loads((out / f"{name}.json").read_text("utf-8"))["seconds"]
            print(f"run {turn + 1} {name}: {runs[name][-1]['wall']:.2f} s", file=sys.stderr)
        if options.run_times:
            with tempfile.TemporaryDirectory(dir=out) as folder:
                laps.append(stages([str(options.run_times), str(options.config.parent), str(options.data),
                                    options.data.name, folder]))
    table = {}
    for name, measured in runs.items():
        row = {k: statistics.median(m[k] for m in measured) for k in ("wall", "cpu", "peak")}
        row["wall_min"], row["wall_max"] = min(m["wall"] for m in measured), max(m["wall"] for m in measured)
        if name in BY_HAND:
            row["part"] = statistics.median(m["part"] for m in measured)
            metrics = {}
        elif name == "splink":
            row["threshold"], metrics = best_threshold(out / "splink.parquet", options.data)
        elif name == "bidui-all":
            metrics = clusters(f"SELECT record_id, cluster_id FROM '{out}/bidui-all/cluster.parquet'", options.data)
        elif name == "splink-all":
            metrics = clusters(f"SELECT record_id, cluster_id FROM '{out}/splink-all.parquet'", options.data)
        elif name == "bidui-run":
            metrics = clusters(f"SELECT record_id, person_id FROM '{out}/bidui-run/*/latest/restricted/record.parquet'",
                               options.data)
        elif name == "bidui":
            metrics = quality(f"SELECT * FROM '{out}/bidui/link.parquet' WHERE decision = 'accept' AND left_source <> right_source", options.data)
        else:
            metrics = quality(f"SELECT * FROM '{out}/{name}.parquet'", options.data)
        table[name] = row | metrics
    if options.json:
        options.json.write_text(json.dumps(table, indent=1))
    show(table)
    if options.run_times and set(BY_HAND) <= set(table):
        show_by_hand(table, {title: statistics.median(lap[title] for lap in laps) for title in laps[0]})


def show_by_hand(table: dict[str, dict], stage: dict[str, float]) -> None:
    """The job done by hand beside the whole run, and its parts beside the stages that do the same and more."""
    cascade = table.get("duckdb-cascade", {}).get("wall")
    rules, copy = (table[name]["part"] for name in BY_HAND)
    own = table["bidui-run"]["wall"]
    print("the same job by hand in DuckDB, seconds")
    for title, mine, theirs in (("rules", stage["逐条运行规则"], rules), ("publishing / COPY", stage["写出发布"], copy)):
        print(f"{title:20}{mine:>8.2f}{theirs:>9.2f}{mine / theirs:>8.2f}")
    if cascade:
        whole = cascade + rules + copy
        print(f"{'whole':20}{own:>8.2f}{whole:>9.2f}{own / whole:>8.2f}  (cascade {cascade:.2f} + rules + COPY)")


def show(table: dict[str, dict]) -> None:
    """Lines by group; ratios to bidui in the group, and to the exact join, which is the floor of all."""
    exact = table.get("duckdb-exact", {}).get("wall")
    print(f"{'engine':16}{'precision':>10}{'recall':>9}{'F1':>9}{'wall s':>9}{'min-max':>14}{'CPU s':>8}{'peak MiB':>10}"
          f"{'wall / bidui':>14}{'wall / exact':>14}")
    for title in (PAIR, ALL, RUN):
        lines = {name: line for name, line in table.items() if group(name) == title}
        if not lines:
            continue
        print(title)
        base = next((line["wall"] for name, line in lines.items() if name.startswith("bidui")), None)
        for name, r in lines.items():
            spread = f"{r['wall_min']:.2f}-{r['wall_max']:.2f}"
            ratios = "".join(f"{r['wall'] / to:>14.2f}" if to else f"{'':14}" for to in (base, exact))
            found = "".join(f"{r[k]:>{n}.5f}" if k in r else " " * n for k, n in (("precision", 10), ("recall", 9), ("f1", 9)))
            print(f"{name:16}{found}{r['wall']:>9.2f}{spread:>14}"
                  f"{r['cpu']:>8.2f}{r['peak']:>10.0f}{ratios}")


if __name__ == "__main__":
    main()
