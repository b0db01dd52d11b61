"""Runs every engine on the same files in turn and prints one table of quality and cost.

A run is one whole process: wall time by the clock, CPU time and peak memory by the operating
system's accounting of the finished process. Runs are interleaved (A B C D A B C D ...), so drift of
the machine hits all alike; medians are printed, with ratios to bidui of the same run.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def commands(data: Path, out: Path, bidui: Path, config: Path) -> dict[str, list[str]]:
    python = sys.executable
    return {
        "bidui": [str(bidui), "link", str(config), "--data", str(data), "--sources", "registry_person,insurance",
                  "--out", str(out / "bidui"), "--quiet"],
        "duckdb-exact": [python, str(HERE / "duckdb_exact.py"), str(data), str(out / "duckdb-exact.parquet")],
        "duckdb-cascade": [python, str(HERE / "duckdb_cascade.py"), str(data), str(out / "duckdb-cascade.parquet")],
        "splink": [python, str(HERE / "splink_link.py"), str(data), str(out / "splink.parquet")],
    }


def timed(command: list[str], log: Path) -> dict[str, float]:
    """Runs one process to its end; returns wall and CPU seconds and peak MiB."""
    with log.open("ab") as sink:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=sink, stderr=sink)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{command[0]} failed, see {log}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024}


def quality(links: str, data: Path) -> dict[str, float]:
    """Pairwise precision, recall and F1 of the accepted links against the truth file."""
    con = duckdb.connect()
    con.execute(f"""
        CREATE TABLE truth AS SELECT record_id, person FROM read_csv('{data}/truth/records.csv', all_varchar=true)
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
    parser.add_argument("--engines", default="bidui,duckdb-exact,duckdb-cascade,splink")
    parser.add_argument("--bidui", type=Path, default=ROOT / "target/release/bidui")
    parser.add_argument("--config", type=Path, default=ROOT / "pipelines/hebi/link.toml")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    out = options.data / "versus"
    out.mkdir(exist_ok=True)
    todo = {k: v for k, v in commands(options.data, out, options.bidui, options.config).items()
            if k in options.engines.split(",")}
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in todo}
    for turn in range(options.repeat):
        for name, command in todo.items():
            runs[name].append(timed(command, out / f"{name}.log"))
            print(f"run {turn + 1} {name}: {runs[name][-1]['wall']:.2f} s", file=sys.stderr)
    table = {}
    for name, measured in runs.items():
        row = {k: statistics.median(m[k] for m in measured) for k in ("wall", "cpu", "peak")}
        row["wall_min"], row["wall_max"] = min(m["wall"] for m in measured), max(m["wall"] for m in measured)
        if name == "splink":
            row["threshold"], metrics = best_threshold(out / "splink.parquet", options.data)
        elif name == "bidui":
            metrics = quality(f"SELECT * FROM '{out}/bidui/link.parquet' WHERE decision = 'accept' AND left_source <> right_source", options.data)
        else:
            metrics = quality(f"SELECT * FROM '{out}/{name}.parquet'", options.data)
        table[name] = row | metrics
    if options.json:
        options.json.write_text(json.dumps(table, indent=1))
    base = table.get("bidui", next(iter(table.values())))["wall"]
    print(f"{'engine':16}{'precision':>10}{'recall':>9}{'F1':>9}{'wall s':>9}{'min-max':>14}{'CPU s':>8}{'peak MiB':>10}{'wall / bidui':>14}")
    for name, r in table.items():
        spread = f"{r['wall_min']:.2f}-{r['wall_max']:.2f}"
        print(f"{name:16}{r['precision']:>10.5f}{r['recall']:>9.5f}{r['f1']:>9.5f}{r['wall']:>9.2f}{spread:>14}"
              f"{r['cpu']:>8.2f}{r['peak']:>10.0f}{r['wall'] / base:>14.2f}")


if __name__ == "__main__":
    main()
