#!/usr/bin/env python3
"""Runs every rule a second time, in DuckDB, and compares.

  rules_in_duckdb.py examples CASES.json        examples of the rule headers; CASES.json is the
                                                output of `cargo run --example rule_bench cases`
  rules_in_duckdb.py publication RULES DIR      rules of the folder RULES over the published
                                                views DIR/*.parquet; prints CODE, subject, key

Needs the Python package duckdb. Exits 1 if an example differs.
"""

import json
import pathlib
import sys
import tomllib

import duckdb

TYPES = {"text": "VARCHAR", "int32": "INTEGER", "int64": "BIGINT", "date": "DATE"}


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


def text(value):
    return "" if value is None else str(value)


def load_table(db, name, table):
    columns = ", ".join(f"{identifier(c)} {TYPES[kind]}" for c, kind in table["columns"])
    db.execute(f"CREATE TABLE {identifier(name)} ({columns})")
    marks = ", ".join("?" for _ in table["columns"])
    for row in table["rows"]:
        values = [row.get(c) for c, _ in table["columns"]]
        db.execute(f"INSERT INTO {identifier(name)} VALUES ({marks})", values)


def rows_of(db, sql):
    cursor = db.execute(sql)
    names = [d[0] for d in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]


def findings(rows, with_evidence):
    """Folds rows of one subject and key as the program does."""
    folded = {}
    for row in rows:
        if row["subject_id"] is None:
            continue
        order = row.get("evidence_order")
        key = (row["subject_id"], text(row.get("rule_key")))
        folded.setdefault(key, []).append((order if order is not None else 2**62, text(row["evidence"])))
    found = []
    for (subject, rule_key), evidence in folded.items():
        records = []
        for _, ids in sorted(evidence):
            records += [r for r in ids.split(";") if r and r not in records]
        line = subject + (f"/{rule_key}" if rule_key else "")
        found.append(line + (f" <- {' '.join(records)}" if with_evidence else ""))
    return sorted(found)


def indicators(rows, expect):
    """Sums at the units that the example names."""
    found = []
    for line in expect:
        name, unit, _ = line.split(" ")
        chosen = [
            row
            for row in rows
            if (text(row.get("indicator")) or "-") == name
            and (unit.endswith("00") and len(unit) == 6
                 or unit in (row["county_code"], row["township_code"], row["village_code"]))
        ]
        total = sum(row["numerator"] or 0 for row in chosen)
        if chosen and "denominator" in chosen[0]:
            total = f"{total}/{sum(row['denominator'] or 0 for row in chosen)}"
        found.append(f"{name} {unit} {total}")
    return sorted(found)


def run_examples(path):
    failures = 0
    cases = json.loads(pathlib.Path(path).read_text("utf-8"))
    for case in cases:
        db = duckdb.connect()
        for name, table in case["tables"].items():
            load_table(db, name, table)
        for name, sql in case["definitions"]:
            db.execute(f"CREATE VIEW {identifier(name)} AS {sql}")
        expect = sorted(case["expect"])
        try:
            rows = rows_of(db, case["sql"])
            if rows and "numerator" in rows[0]:
                found = indicators(rows, expect)
            else:
                found = findings(rows, any(" <- " in line for line in expect))
        except duckdb.Error as error:
            found = [f"error: {error}"]
        if found != expect:
            failures += 1
            print(f"{case['code']} {case['case']}\n  expected {expect}\n  found    {found}")
    print(f"{len(cases)} examples, {failures} differ")
    return 1 if failures else 0


def read_sql(path):
    """Header and SELECT of a rule or definition file."""
    content = path.read_text("utf-8")
    start, end = content.index("/*") + 2, content.index("*/")
    return tomllib.loads(content[start:end]), content[end + 2:]


def run_publication(rules, folder):
    db = duckdb.connect()
    present = set()
    for path in sorted(pathlib.Path(folder).glob("*.parquet")):
        db.execute(f"CREATE VIEW {identifier(path.stem)} AS SELECT * FROM read_parquet('{path}')")
        present.add(path.stem)
    files = sorted(pathlib.Path(rules).glob("*/*.sql"))
    waiting = [read_sql(path) for path in files if path.parent.name == "definitions"]
    while waiting:
        left = []
        for header, sql in waiting:
            try:
                db.execute(f"CREATE VIEW {identifier(header['name'])} AS {sql}")
            except duckdb.Error:
                left.append((header, sql))
        if len(left) == len(waiting):
            break  # what is left reads a source that is absent
        waiting = left
    for header, sql in (read_sql(path) for path in files if path.parent.name != "definitions"):
        if not set(header["sources"]) <= present or header.get("indicator"):
            continue
        for line in findings(rows_of(db, sql), with_evidence=False):
            subject, _, key = line.partition("/")
            print(f"{header['code']}\t{subject}\t{key}")
    return 0


def main(arguments):
    match arguments:
        case ["examples", path]:
            return run_examples(path)
        case ["publication", rules, folder]:
            return run_publication(rules, folder)
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
