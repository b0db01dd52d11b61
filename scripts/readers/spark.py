"""Spark's account of Parquet files, by the SQL shell that its Python package brings.

The shell runs on Java alone: the Python that Spark 3.3 was made for need not be there.
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path

# First words of the lines of output that are ours; all else is Spark's log.
FILE, FIGURES, FOUND = "matrix-file", "matrix-figures", "matrix-found"
WANTED = {"text": ["count(*) - count({0})", "count(DISTINCT {0})"],
          "integer": ["count(*) - count({0})", "sum({0})"],
          "decimal": ["count(*) - count({0})", "sum({0})"],
          "date": ["count(*) - count({0})", "min({0})", "max({0})"]}


def identifier(name):
    return "`" + name.replace("`", "``") + "`"


def literal(kind, value):
    if kind == "integer":
        return str(value)
    text = "'" + str(value).replace("\\", "\\\\").replace("'", "\\'").replace(";", "\\u003B") + "'"
    return f"DATE {text}" if kind == "date" else text


def statements(number, one):
    """SQL that says which file comes, counts it, and filters it."""
    source = "parquet." + identifier(one["path"])
    parts = [part.format(identifier(c)) for c, kind in one["columns"].items() for part in WANTED[kind]]
    yield f"SELECT '{FILE}', {number}"
    yield f"SELECT '{FIGURES}', count(*), {', '.join(parts)} FROM {source}"
    for column, value in one["probes"]:
        where = f"{identifier(column)} = {literal(one['columns'][column], value)}"
        yield f"SELECT '{FOUND}', count(*) FROM {source} WHERE {where}"


def run(python, sql):
    """What the shell prints, its log included."""
    (home,) = Path(python).parent.parent.glob("lib/python*/site-packages/pyspark")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "statements.sql"
        script.write_text("".join(f"{statement};\n" for statement in sql), "utf-8")
        environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
        # Hive's catalogue, which the shell always opens, lies in the folder.
        command = [home / "bin/spark-sql", "--master", "local[2]", "--driver-memory", "2g",
                   "--conf", "spark.ui.enabled=false", "--conf", "spark.sql.shuffle.partitions=2",
                   "--conf", f"spark.sql.warehouse.dir={folder}/warehouse", "-S",
                   "--hiveconf", "hive.cli.errors.ignore=true", "-f", script]
        done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, text=True,
                              encoding="utf-8", errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout


def read(python, plan, plain):
    """One account a file, as `read.py` gives them."""
    output = run(python, [sql for number, one in enumerate(plan) for sql in statements(number, one)])
    parts = re.split(rf"^{FILE}\t(\d+)$", output, flags=re.MULTILINE)
    logs = dict(zip(map(int, parts[1::2]), parts[2::2]))
    return [account(one, logs.get(number, parts[0]), plain) for number, one in enumerate(plan)]


def account(one, log, plain):
    figures = [line.split("\t")[1:] for line in log.splitlines() if line.startswith(FIGURES + "\t")]
    found = [int(line.split("\t")[1]) for line in log.splitlines() if line.startswith(FOUND + "\t")]
    if not figures or len(found) != len(one["probes"]):
        return {"error": cause(log)}
    values = iter(None if value == "NULL" else value for value in figures[0])
    rows = int(next(values))
    columns = {c: plain(kind, [next(values) for _ in WANTED[kind]]) for c, kind in one["columns"].items()}
    return {"rows": rows, "columns": columns, "probes": found}


def cause(log):
    """The reason behind the others, which is told last."""
    causes = re.findall(r"^(?:Caused by: |Error in query: |\[)(.*)$", log, flags=re.MULTILINE)
    return causes[-1] if causes else (log.strip().splitlines() or ["the shell said nothing"])[-1]
