#!/usr/bin/env python3
"""Reads the current runs of all periods with one glob, and believes the manifests alone.

    python3 tests/second_reader/current.py OUT [--spark]

DuckDB and pyarrow must find, period by period, the rows that the manifest of the run named by
OUT/<period>/latest has, and none of any older run. --spark asks Spark too; it needs the package
pyspark and Java, which the tests do without. Exits 1 if a reader finds anything else.
"""

import glob
import json
import sys
from collections import Counter
from pathlib import Path

TABLE = "tables/fact_exception.parquet"


def expected(out):
    rows = Counter()
    for link in sorted(Path(out).glob("*/latest")):
        manifest = json.loads((link / "manifest.json").read_text(encoding="utf-8"))
        rows[manifest["period"]] += sum(o["rows"] for o in manifest["outputs"] if o["path"] == TABLE)
    return rows


def by_duckdb(pattern):
    import duckdb
    return Counter(dict(duckdb.execute(
        "SELECT quarter, count(*) FROM read_parquet(?) GROUP BY ALL", [pattern]).fetchall()))


def by_pyarrow(pattern):
    import pyarrow.dataset
    table = pyarrow.dataset.dataset(sorted(glob.glob(pattern)), format="parquet").to_table(columns=["quarter"])
    return Counter(table.column("quarter").to_pylist())


def by_spark(pattern):
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    rows = spark.read.parquet(pattern).groupBy("quarter").count().collect()
    return Counter({row["quarter"]: row["count"] for row in rows})


def main():
    out, *more = sys.argv[1:]
    wanted = expected(out)
    readers = [by_duckdb, by_pyarrow] + ([by_spark] if "--spark" in more else [])
    faults = 0 if wanted else 1
    for reader in readers:
        found = reader(f"{out}/*/latest/{TABLE}")
        print(f"{reader.__name__}: {dict(sorted(found.items()))}")
        if found != wanted:
            print(f"{reader.__name__}: expected {dict(sorted(wanted.items()))}", file=sys.stderr)
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
