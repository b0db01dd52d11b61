#!/usr/bin/env python3
"""Opens every Parquet file of a publication with readers old and new, and compares what they see.

    reader_matrix.py PUBLICATION [--light] [--only READER,…] [--cache FOLDER]

DuckDB's row counts are held against the manifest's. The other readers are held against DuckDB: rows, sums of
integer and decimal columns, first and last date, missing values, different texts, and the rows that a filter
finds (which goes by the statistics). Both DuckDB open `bi/tables.duckdb`, too, and must count the same rows in
each of its views. --light leaves out Spark, which needs Java 8 to 17 and takes minutes.

Each reader gets a venv of its own under the cache (default ~/.cache/bidui/readers) with the versions pinned in
scripts/readers/; Spark's are driven by the shell that its package brings, without Python. Nothing but the
installation needs a network. Prints the matrix as Markdown; exits 1 if a reader fails on a file.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent / "readers"
sys.path.insert(0, str(SCRIPTS))
from read import plain  # noqa: E402
import spark  # noqa: E402

LIGHT = ["duckdb", "duckdb10", "polars", "pandas", "pyarrow", "pyarrow10", "fastparquet"]
READERS = LIGHT + ["spark33", "spark4"]


def interpreter(requirements):
    """A Python that the reader has packages for: its file may say `# python 3.7-3.11`."""
    limits = re.search(r"# python (\d+)\.(\d+)-(\d+)\.(\d+)", requirements)
    if not limits:
        return sys.executable
    low, high = (tuple(map(int, limits.groups()[at:at + 2])) for at in (0, 2))
    if low <= sys.version_info[:2] <= high:
        return sys.executable
    for minor in range(high[1], low[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "--version"], capture_output=True).returncode == 0:
            return found
    raise RuntimeError(f"needs Python {low[0]}.{low[1]} to {high[0]}.{high[1]}")


def install(reader, cache):
    """The Python of the reader's venv."""
    file = SCRIPTS / f"{reader}.txt"
    requirements = file.read_text("utf-8")
    base = interpreter(requirements)
    mark = hashlib.sha256((requirements + base).encode()).hexdigest()
    folder = cache / reader
    python = folder / "bin/python"
    stamp = folder / "requirements.sha256"
    if stamp.is_file() and stamp.read_text() == mark:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([base, "-m", "venv", folder], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", file], check=True)
    stamp.write_text(mark)
    return python


def version(reader):
    """As pinned: the first requirement."""
    lines = (SCRIPTS / f"{reader}.txt").read_text("utf-8").splitlines()
    return next(line for line in lines if "==" in line).replace("==", " ")


def ask(reader, python, plan):
    """The reader's account of the files."""
    if reader.startswith("spark"):
        return spark.read(python, plan, plain)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(plan, file)
        file.flush()
        done = subprocess.run([python, SCRIPTS / "read.py", reader, file.name], stdout=subprocess.PIPE)
    if done.returncode:
        return [{"error": f"the reader ended with {done.returncode}"}] * len(plan)
    return json.loads(done.stdout)


def differences(own, other):
    """What is not as it should be, in words; empty if all is."""
    if "error" in own:
        return own["error"]
    if own["rows"] != other["rows"]:
        return f"{own['rows']} rows, not {other['rows']}"
    for column, figures in other["columns"].items():
        if own["columns"].get(column) != figures:
            return f"{column}: {own['columns'].get(column)}, not {figures}"
    if own["probes"] != other["probes"]:
        return f"filters find {own['probes']} rows, not {other['probes']}"
    return ""


VIEWS = """
import duckdb, json
db = duckdb.connect("bi/tables.duckdb", read_only=True)
views = [f"{schema}.{name}" for schema, name in db.execute(
    "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal AND database_name = 'tables' ORDER BY ALL").fetchall()]
def count(view):
    try:
        return db.execute(f"SELECT count(*) FROM {view}").fetchone()[0]
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
print(json.dumps({view: count(view) for view in views}))
"""


def views(python, publication):
    """Rows of every view of `bi/tables.duckdb`, opened as its description says; in place of them why they cannot be counted."""
    done = subprocess.run([python, "-c", VIEWS], cwd=publication, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        return {"bi/tables.duckdb": (done.stderr.strip().splitlines() or ["nothing said"])[-1]}
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("publication", type=Path)
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","))
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bidui/readers"
    parser.add_argument("--cache", type=Path, default=default)
    given = parser.parse_args()
    wanted = LIGHT if given.light else READERS
    wanted = [reader for reader in wanted if reader == "duckdb" or not given.only or reader in given.only]
    if set(given.only or []) - set(READERS):
        parser.error(f"readers are {', '.join(READERS)}")

    publication = given.publication
    publication = (publication if (publication / "manifest.json").exists() else publication / "latest").resolve()
    manifest = json.loads((publication / "manifest.json").read_text("utf-8"))
    # Tables for everybody first.
    outputs = [output for output in manifest["outputs"] if output["path"].endswith(".parquet")]
    outputs.sort(key=lambda output: (output["path"].startswith("restricted/"), output["path"]))
    plan = [{"path": str(publication / output["path"])} for output in outputs]

    cache = given.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        pythons = dict(zip(wanted, pool.map(lambda reader: install(reader, cache), wanted)))
    print(f"installed in {time.monotonic() - began:.0f} s", file=sys.stderr)

    reference = ask("duckdb", pythons["duckdb"], plan)
    for output, own in zip(outputs, reference):
        if "error" in own:
            sys.exit(f"{output['path']}: DuckDB: {own['error']}")
    plan = [own["plan"] for own in reference]
    faults = {}
    for reader in wanted:
        began = time.monotonic()
        accounts = reference if reader == "duckdb" else ask(reader, pythons[reader], plan)
        for output, own, other in zip(outputs, accounts, reference):
            if reader == "duckdb":
                other = {**own, "rows": output["rows"]}
            faults[reader, output["path"]] = differences(own, other)
        print(f"{version(reader)}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    show(wanted, outputs, faults)
    of_views = show_views([reader for reader in wanted if reader.startswith("duckdb")], pythons, publication)
    sys.exit(1 if any(faults.values()) or of_views else 0)


def show(readers, outputs, faults):
    """The matrix, files of one folder of many in one line, and each reader's faults by their reason."""
    print(f"| file | rows | {' | '.join(version(reader) for reader in readers)} |")
    print(f"|---|---:|{'---|' * len(readers)}")
    lines = {}
    for output in outputs:
        path = output["path"]
        name = "restricted/view/*" if path.startswith("restricted/view/") else path.removesuffix(".parquet")
        lines.setdefault(name, []).append(output)
    for name, of in [*lines.items(), ("**all**", outputs)]:
        opened = [sum(not faults[reader, output["path"]] for output in of) for reader in readers]
        if len(of) == 1:
            cells = ["ok" if one else "**fails**" for one in opened]
        else:
            cells = [f"{one} of {len(of)}" for one in opened]
        print(f"| {name} | {sum(output['rows'] for output in of)} | {' | '.join(cells)} |")
    reasons = {}
    for (reader, path), fault in faults.items():
        if fault:
            reasons.setdefault((reader, fault), []).append(path.removesuffix(".parquet"))
    for (reader, fault), paths in reasons.items():
        more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
        print(f"\n{version(reader)}: {', '.join(paths[:3])}{more}: {fault}")


def show_views(readers, pythons, publication):
    """How many views of `bi/tables.duckdb` each of the readers counts as the first does; whether one is amiss."""
    counted = {reader: views(pythons[reader], publication) for reader in readers}
    wanted, amiss = counted[readers[0]], False
    print()
    for reader, found in counted.items():
        faults = {name: rows for name, rows in found.items() if not isinstance(rows, int) or rows != wanted.get(name)}
        alike = sum(found.get(name) == rows and isinstance(rows, int) for name, rows in wanted.items())
        amiss |= bool(faults) or alike < len(wanted)
        print(f"bi/tables.duckdb in {version(reader)}: {alike} of {len(wanted)} views" + "".join(f"\n{n}: {f}" for n, f in faults.items()))
    return amiss


if __name__ == "__main__":
    main()
