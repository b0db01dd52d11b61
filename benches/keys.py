#!/usr/bin/env python3
"""What keys of other kinds would cost and save in `tables/` (ADR 0020).

    benches/keys.py PUBLICATION [--repeat N] [--folder DIR] [--spark CACHE]

Writes the tables that name persons, households and exceptions four times, alike but for the keys:

    text     pseudonyms of 26 characters, as published
    short    their first 16 characters, 80 bits
    integer  53 bits of a hash of the pseudonym, as int64
    dense    int32 per publication, in the order of the dimension; the pseudonym stands there alone, as a last column

and prints, kind by kind, the bytes (by pyarrow with the settings of our own writer, and by DuckDB's COPY), the CPU seconds of
writing, and the CPU seconds in which DuckDB, and Spark if --spark names the folder of venvs that scripts/reader_matrix.py made,
answer three of the ten questions and join all records with their persons. Every figure is the median of N (5) runs, kinds by turns. The answers
of all kinds must be the same. Then: what is left of a key in tools that hold numbers as doubles or show 15 digits, and
how many keys of 53 bits would meet. Needs pyarrow and duckdb (scripts/requirements.txt).
"""

import argparse
import hashlib
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent
KINDS = ["text", "short", "integer", "dense"]
# Which dimension's order numbers the keys of a column.
COLUMNS = {"person_key": "dim_person", "household_key": "dim_household", "exception_id": "fact_exception",
           "cause_exception_id": "fact_exception"}
OWN = {"dim_person": "person_key", "dim_household": "household_key", "fact_exception": "exception_id"}
TABLES = ["dim_person", "dim_household", "fact_record", "fact_exception"]
QUESTIONS = ["03_townships", "06_households", "10_ages"]
# Every record with its person: the largest join that the star has.
ALL_RECORDS = """
SELECT p.age_group, r.source, COUNT(*) AS records, COUNT(DISTINCT r.person_key) AS persons
FROM fact_record AS r JOIN dim_person AS p ON p.person_key = r.person_key
GROUP BY p.age_group, r.source ORDER BY p.age_group, r.source"""
BITS = 53
SHORT = 16
# As `src/table/parquet_writer.rs` writes.
WRITER = {"compression": "zstd", "compression_level": 1, "row_group_size": 262_144, "data_page_version": "1.0", "version": "2.6"}


def hashed(text):
    """The key of 53 bits in place of a pseudonym; a keyed hash in earnest, whose bits spread the same."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> (64 - BITS)


def variants(publication):
    """By kind: the tables."""
    whole = {name: pq.read_table(publication / f"tables/{name}.parquet").replace_schema_metadata() for name in TABLES}
    numbers = {}
    for column, home in COLUMNS.items():
        texts = pa.concat_arrays([whole[name].column(column).combine_chunks()
                                  for name in TABLES if column in whole[name].column_names])
        if column == "cause_exception_id":
            texts = pa.concat_arrays([texts, whole[home].column("exception_id").combine_chunks()])
        # In the order of the dimension; subjects that no dimension has any more come after.
        order = pa.concat_arrays([whole[home].column(OWN[home]).combine_chunks(), pc.drop_null(texts)])
        numbers[column] = {text: at for at, text in enumerate(dict.fromkeys(order.to_pylist()))}
    made = {"text": whole, "short": {}, "integer": {}, "dense": {}}
    types = {"short": pa.string(), "integer": pa.int64(), "dense": pa.int32()}
    for kind in KINDS[1:]:
        for name, table in whole.items():
            changed = table
            for at, column in enumerate(table.column_names):
                if column in COLUMNS:
                    texts = table.column(column).to_pylist()
                    value = {"short": lambda text: text[:SHORT], "integer": hashed, "dense": numbers[column].__getitem__}[kind]
                    keys = [None if text is None else value(text) for text in texts]
                    changed = changed.set_column(at, column, pa.array(keys, types[kind]))
            if kind == "dense" and name in OWN:
                changed = changed.append_column("pseudonym", table.column(OWN[name]))
            made[kind][name] = changed
    return made


def cpu():
    """CPU seconds of this process so far, all its threads."""
    return time.process_time()


def dictionary_columns(table):
    """Columns of few values, as our writer finds them; keys and ids never."""
    return [name for name in table.column_names
            if name not in COLUMNS and not name.endswith(("_ids", "record_id", "pseudonym"))]


def write(tables, folder):
    """Writes by pyarrow: seconds."""
    began = cpu()
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", use_dictionary=dictionary_columns(table), **WRITER)
    return cpu() - began


def copy(tables, folder):
    """Writes by DuckDB from its own tables: seconds."""
    db = duckdb.connect()
    for name, table in tables.items():
        db.register("given", table)
        db.execute(f"CREATE TABLE {name} AS FROM given")
        db.unregister("given")
    began = cpu()
    for name in tables:
        db.execute(f"COPY {name} TO '{folder}/{name}.copy.parquet' (FORMAT parquet, COMPRESSION zstd)")
    return cpu() - began


def key_bytes(folder):
    """Bytes of the key columns, compressed."""
    found = 0
    for name in TABLES:
        metadata = pq.ParquetFile(folder / f"{name}.parquet").metadata
        for group in range(metadata.num_row_groups):
            for at in range(metadata.num_columns):
                chunk = metadata.row_group(group).column(at)
                if chunk.path_in_schema in {*COLUMNS, "pseudonym"}:
                    found += chunk.total_compressed_size
    return found


def questions():
    found = {name: (ROOT / f"bi/questions/{name}.sql").read_text("utf-8").partition("\n")[2] for name in QUESTIONS}
    return {**found, "all records": ALL_RECORDS}


def in_duckdb(folder, publication):
    """By question: seconds and answer."""
    db = duckdb.connect()
    db.execute("SET threads = 2")
    db.execute(f"CREATE VIEW dim_division AS FROM '{publication}/tables/dim_division.parquet'")
    for name in TABLES:
        db.execute(f"CREATE VIEW {name} AS FROM '{folder}/{name}.parquet'")
    for name, sql in questions().items():
        began = cpu()
        rows = db.execute(sql).fetchall()
        yield name, cpu() - began, json.dumps(rows, default=str)


# One session a kind: what is asked first is asked for nothing, so that Java's compiler has seen the code.
IN_SPARK = """
import json, os, sys, time
from pyspark.sql import SparkSession
folders, common, questions, repeat = json.load(sys.stdin)
build = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false").config("spark.sql.shuffle.partitions", "2")
spark = build.config("spark.driver.memory", "2g").config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1").getOrCreate()
java = spark.sparkContext._gateway.proc.pid
def cpu():
    times = open(f"/proc/{java}/stat").read().rsplit(")", 1)[1].split()
    return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
found = []
for turn in range(repeat + 2):
    for kind, folder in folders.items():
        for name, path in {**common, **{t: f"{folder}/{t}.parquet" for t in json.loads(sys.argv[1])}}.items():
            spark.read.parquet(path).createOrReplaceTempView(name)
        for name, sql in questions.items():
            began = cpu()
            rows = [list(row) for row in spark.sql(sql).collect()]
            if turn > 1:
                found.append([kind, name, cpu() - began, json.dumps(rows, default=str)])
print("found " + json.dumps(found))
"""


def in_spark(cache, folders, publication, repeat):
    """(kind, question, seconds, answer)."""
    given = [{kind: str(folder) for kind, folder in folders.items()},
             {"dim_division": f"{publication}/tables/dim_division.parquet"}, questions(), repeat]
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run([cache / "spark4/bin/python", "-c", IN_SPARK, json.dumps(TABLES)], input=json.dumps(given), text=True,
                          env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("found "))[6:])


def show(title, figures, form):
    """A line by kind, each with its ratio to the first."""
    first = figures["text"]
    cells = [form.format(figures[kind]) + ("" if kind == "text" else f" ({figures[kind] / first:.2f})") for kind in KINDS]
    print(f"| {title} | {' | '.join(cells)} |")


def safety(keys):
    """What tools make of a number of 53 bits."""
    doubles = sum(int(float(key)) != key for key in keys)
    excel = sum(len(str(key)) > 15 for key in keys)
    print(f"\nas doubles {doubles} of {len(keys)} keys of 53 bits change; {excel} ({100 * excel / len(keys):.1f} %) have more than the 15 digits "
          "that a spreadsheet keeps")
    wide = sum(int(float(w)) != w for w in (int.from_bytes(hashlib.blake2b(str(k).encode(), digest_size=8).digest(), "big") >> 1 for k in keys))
    print(f"of 63 bits {wide} would change as doubles")
    for persons in [1_600_000, 10**7, 10**8, 14 * 10**8]:
        for bits in [BITS, 5 * SHORT]:
            pairs = persons * (persons - 1) / 2 / 2**bits
            print(f"{persons:,} keys of {bits} bits: {pairs:.6g} pairs meet on average, some with probability {-math.expm1(-pairs):.2g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("publication", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the tables are written (default: a temporary folder)")
    parser.add_argument("--spark", type=Path, metavar="CACHE")
    given = parser.parse_args()
    publication = given.publication
    publication = (publication if (publication / "manifest.json").exists() else publication / "latest").resolve()
    with tempfile.TemporaryDirectory(prefix="bidui-keys-", dir=given.folder) as work:
        measure(publication, given, Path(work))


def measure(publication, given, work):
    made = variants(publication)
    folders = {kind: work / kind for kind in KINDS}
    rows = {name: table.num_rows for name, table in made["text"].items()}
    print(f"{', '.join(f'{name} {count:,}' for name, count in rows.items())} rows; load {os.getloadavg()[0]:.1f}; median of {given.repeat}, CPU seconds\n")
    seconds, answers = {}, {}
    for turn in range(given.repeat + 1):
        for kind in KINDS:
            folders[kind].mkdir(exist_ok=True)
            taken = {"writing, pyarrow": write(made[kind], folders[kind]), "writing, DuckDB's COPY": copy(made[kind], folders[kind])}
            for name, time_taken, answer in in_duckdb(folders[kind], publication):
                taken[f"DuckDB, {name}"] = time_taken
                answers.setdefault(name, set()).add(answer)
            # The first turn warms up.
            for name, value in taken.items() if turn else ():
                seconds.setdefault(name, {}).setdefault(kind, []).append(value)
    if given.spark:
        for kind, name, time_taken, answer in in_spark(given.spark.absolute(), folders, publication, given.repeat):
            seconds.setdefault(f"Spark, {name}", {}).setdefault(kind, []).append(time_taken)
            answers.setdefault(f"{name} in Spark", set()).add(answer)
    print(f"| | {' | '.join(KINDS)} |\n|---|{'---:|' * len(KINDS)}")
    size = lambda suffix: {kind: sum((folders[kind] / f"{name}{suffix}.parquet").stat().st_size for name in TABLES) for kind in KINDS}
    show("bytes, pyarrow", size(""), "{:,}")
    show("of them keys", {kind: key_bytes(folders[kind]) for kind in KINDS}, "{:,}")
    show("bytes, DuckDB's COPY", size(".copy"), "{:,}")
    for name, by_kind in seconds.items():
        show(name, {kind: statistics.median(values) for kind, values in by_kind.items()}, "{:.3f}")
    published = sum((publication / f"tables/{name}.parquet").stat().st_size for name in TABLES)
    print(f"\npublished: {published:,} bytes of these tables, {sum(f.stat().st_size for f in publication.glob('tables/*.parquet')):,} of all tables/, "
          f"{sum(f.stat().st_size for f in publication.rglob('*') if f.is_file()):,} of the publication")
    unlike = [name for name, found in answers.items() if len(found) > 1]
    safety([key for key in made["integer"]["dim_person"].column("person_key").to_pylist()])
    if unlike:
        sys.exit(f"the kinds give other answers: {', '.join(unlike)}")


if __name__ == "__main__":
    main()
