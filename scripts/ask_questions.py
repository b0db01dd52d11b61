#!/usr/bin/env python3
"""Asks the ten questions of `bi/questions/` of a publication's tables in several engines, and compares the answers.

    ask_questions.py PUBLICATION [--only ENGINE,…] [--cache FOLDER]

Engines: duckdb, spark33, spark4 (in the venvs of scripts/reader_matrix.py; Spark needs Java 8 to 17). DuckDB's answers are
printed, the others' are held against them, row by row. Superset's are held against DuckDB's by scripts/superset/show.py.
Exits 1 if an engine does not answer, or otherwise.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from reader_matrix import install, version
import spark  # on the path by reader_matrix

QUESTIONS = Path(__file__).resolve().parent.parent / "bi/questions"
ENGINES = ["duckdb", "spark33", "spark4"]
# First words of the lines before an answer and of its rows; all else is Spark's log.
MARK, ROW = "matrix-question", "matrix-answer"

IN_DUCKDB = """
import duckdb, json, sys
tables, questions = json.load(sys.stdin)
db = duckdb.connect()
for name, path in tables.items():
    db.execute(f"CREATE VIEW {name} AS FROM read_parquet('" + path.replace("'", "''") + "', hive_partitioning = false)")
print(json.dumps({name: db.execute(sql).fetchall() for name, sql in questions.items()}, default=str))
"""


def in_duckdb(python, tables, questions):
    """Rows by question, each value as text."""
    done = subprocess.run([python, "-c", IN_DUCKDB], input=json.dumps([tables, questions]), text=True, check=True,
                          stdout=subprocess.PIPE)
    answers = json.loads(done.stdout)
    return {name: [["NULL" if value is None else str(value) for value in row] for row in rows]
            for name, rows in answers.items()}


def in_spark(python, tables, questions):
    """The same, as the shell prints them; what it does not answer is missing."""
    statements = [f"CREATE TEMPORARY VIEW {name} USING parquet OPTIONS (path {spark.literal('text', path)})"
                  for name, path in tables.items()]
    for name, sql in questions.items():
        statements += [f"SELECT '{MARK}', '{name}'", f"SELECT '{ROW}', q.* FROM ({sql}) AS q"]
    log = spark.run(python, statements)
    parts = re.split(rf"^{MARK}\t(\S+)$", log, flags=re.MULTILINE)
    answers = {}
    for name, answer in zip(parts[1::2], parts[2::2]):
        answers[name] = [line.split("\t")[1:] for line in answer.split("\n") if line.startswith(ROW + "\t")]
    return answers, log


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("publication", type=Path)
    parser.add_argument("--only", type=lambda value: value.split(","), default=ENGINES)
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bidui/readers"
    parser.add_argument("--cache", type=Path, default=default)
    given = parser.parse_args()
    if set(given.only) - set(ENGINES):
        parser.error(f"engines are {', '.join(ENGINES)}")
    folder = given.publication
    folder = (folder if (folder / "manifest.json").exists() else folder / "latest").resolve()
    tables = {path.stem: str(path) for path in sorted(folder.glob("tables/*.parquet"))}
    questions = {file.stem: file.read_text("utf-8").partition("\n")[2].strip() for file in sorted(QUESTIONS.glob("*.sql"))}
    given.cache.mkdir(parents=True, exist_ok=True)
    wanted = in_duckdb(install("duckdb", given.cache.resolve()), tables, questions)
    for name, rows in wanted.items():
        print(f"{name}: {len(rows)} rows, first {' | '.join(rows[0]) if rows else '-'}")
    failed = False
    for engine in given.only:
        if engine == "duckdb":
            continue
        answers, log = in_spark(install(engine, given.cache.resolve()), tables, questions)
        alike = [name for name in wanted if answers.get(name) == wanted[name]]
        print(f"{version(engine)}: {len(alike)} of {len(wanted)} as in DuckDB")
        for name in wanted:
            if name not in alike:
                failed = True
                own = answers.get(name)
                differs = next((pair for pair in zip(own or [], wanted[name]) if pair[0] != pair[1]), None)
                print(f"{name}: {differs or f'{len(own or [])} rows, not {len(wanted[name])}'}", file=sys.stderr)
        if failed:
            print("\n".join(log.splitlines()[-5:]), file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
