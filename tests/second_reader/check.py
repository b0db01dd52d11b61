#!/usr/bin/env python3
"""Opens a publication with two independent readers and believes nothing else.

    python3 tests/second_reader/check.py OUT/2018Q3/latest [...]

Needs the Python packages duckdb and pyarrow. Prints one line per publication; every fault is
printed to stderr, and the exit code is 1 if there was one.
"""

import csv
import hashlib
import json
import re
import stat
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

TABLES = {
    "dim_person", "dim_household", "dim_division", "dim_rule", "dim_source", "dim_quarter",
    "fact_record", "fact_exception", "fact_indicator", "fact_quality", "fact_reject",
    "fact_undecided", "fact_held", "fact_answer", "label",
}
# Columns of codes and the set that says what the codes mean.
CODES = [
    ("fact_exception", "status", "status"), ("fact_exception", "resolved_by", "resolved_by"),
    ("fact_exception", "severity", "severity"), ("fact_exception", "subject_kind", "subject_kind"),
    ("fact_exception", "confidence", "link_tier"), ("dim_rule", "severity", "severity"),
    ("dim_rule", "subject_kind", "subject_kind"), ("dim_person", "sex", "sex"), ("dim_person", "age_group", "age_group"),
    ("dim_person", "id_class", "id_class"), ("fact_record", "id_class", "id_class"),
    ("fact_record", "link_tier", "link_tier"), ("dim_division", "level", "unit_level"),
    ("fact_indicator", "unit_level", "unit_level"), ("fact_quality", "unit_level", "unit_level"),
    ("fact_reject", "reason_code", "reject_reason"), ("fact_reject", "severity", "reject_severity"),
    ("fact_undecided", "subject_kind", "subject_kind"), ("fact_answer", "level", "answer_level"),
]
# Types that every BI tool knows.
PLAIN_ARROW = {pa.string(), pa.int32(), pa.int64(), pa.date32()}
PLAIN_DUCKDB = re.compile(r"VARCHAR|INTEGER|BIGINT|DATE|DECIMAL\(\d+,\d+\)")
ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])")
# Columns whose text comes from the pipeline, not from people.
FREE_OF_PEOPLE = {"dim_division", "dim_rule", "dim_source", "fact_indicator", "label"}


class Check:
    """One publication."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.faults = []
        self.manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        self.outputs = {output["path"]: output for output in self.manifest["outputs"]}
        self.duckdb = duckdb.connect()

    def fault(self, text):
        self.faults.append(f"{self.folder}: {text}")

    def expect(self, truth, text):
        if not truth:
            self.fault(text)

    def run(self):
        self.files()
        parquet = sorted(path for path in self.outputs if path.endswith(".parquet"))
        names = {Path(path).stem for path in parquet if path.startswith("tables/")}
        self.expect(names >= TABLES, f"tables missing: {sorted(TABLES - names)}")
        for path in parquet:
            self.parquet(path)
        self.control_totals()
        self.stars()
        self.labels()
        self.summaries()
        self.dictionary(parquet)
        self.no_identity()
        self.modes()
        rows = sum(self.outputs[path]["rows"] for path in parquet)
        print(f"{self.folder}: {len(parquet)} Parquet files, {rows} rows, {len(self.faults)} faults")
        return self.faults

    def files(self):
        """Every file is listed with its digest, and nothing else lies there."""
        found = {p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file()}
        self.expect(found == set(self.outputs) | {"manifest.json"},
                    f"files and manifest differ: {sorted(found ^ (set(self.outputs) | {'manifest.json'}))}")
        for path, output in self.outputs.items():
            data = (self.folder / path).read_bytes()
            self.expect(hashlib.sha256(data).hexdigest() == output["sha256"], f"{path}: digest differs")
            self.expect(len(data) == output["bytes"], f"{path}: length differs")

    def parquet(self, path):
        full = self.folder / path
        expected = self.outputs[path]["rows"]
        file = pq.ParquetFile(full)
        by_arrow = file.read().num_rows
        (by_duckdb,) = self.duckdb.execute("select count(*) from read_parquet(?)", [str(full)]).fetchone()
        self.expect(by_arrow == by_duckdb == expected,
                    f"{path}: manifest {expected}, pyarrow {by_arrow}, duckdb {by_duckdb}")
        # Values, not only counts: both readers must agree on the number of nulls and of
        # distinct texts of every column.
        table = file.read()
        for name in table.column_names:
            quoted = '"' + name.replace('"', '""') + '"'
            nulls, distinct = self.duckdb.execute(
                f"select count(*) - count({quoted}), count(distinct {quoted}) from read_parquet(?)", [str(full)]
            ).fetchone()
            column = table.column(name)
            self.expect(column.null_count == nulls, f"{path}: {name}: nulls differ")
            self.expect(len(column.drop_null().unique()) == distinct, f"{path}: {name}: distinct values differ")
        for group in range(file.metadata.num_row_groups):
            for column in range(file.metadata.num_columns):
                chunk = file.metadata.row_group(group).column(column)
                self.expect(chunk.compression == "ZSTD", f"{path}: {chunk.path_in_schema} is not zstd")
                self.expect(chunk.is_stats_set, f"{path}: {chunk.path_in_schema} has no statistics")
        for group in range(file.metadata.num_row_groups - 1):
            rows = file.metadata.row_group(group).num_rows
            self.expect(250_000 <= rows <= 1_000_000, f"{path}: row group of {rows} rows")
        self.types(path, file)

    def types(self, path, file):
        if not path.startswith("tables/"):
            return
        for field in file.schema_arrow:
            plain = field.type in PLAIN_ARROW or pa.types.is_decimal(field.type)
            self.expect(plain, f"{path}: {field.name} is {field.type}")
            label = (field.metadata or {}).get(b"label", b"").decode("utf-8")
            self.expect(re.search("[\u4e00-\u9fff]", label), f"{path}: {field.name} has no Chinese label")
            self.expect(re.fullmatch("[a-z][a-z0-9_]*", field.name), f"{path}: {field.name} is not snake_case")
        described = self.duckdb.execute(
            "describe select * from read_parquet(?)", [str(self.folder / path)]).fetchall()
        for name, kind, *_ in described:
            self.expect(PLAIN_DUCKDB.fullmatch(kind), f"{path}: duckdb sees {name} as {kind}")

    def rows(self, path):
        return pq.read_table(self.folder / path).to_pylist()

    def control_totals(self):
        accepted = 0
        for source in self.manifest["sources"]:
            self.expect(source["read"] == source["accepted"] + source["rejected"],
                        f"{source['source']}: read is not accepted + rejected")
            for table in source["tables"]:
                self.expect(table["read"] == table["accepted"] + table["rejected"],
                            f"{table['file']}: read is not accepted + rejected")
            accepted += source["accepted"]
        self.expect(self.outputs["tables/fact_record.parquet"]["rows"] == accepted,
                    "fact_record is not the accepted records")
        skipped = self.outputs.get("restricted/skipped_row.parquet")
        if skipped is not None:
            files = {}
            for source in self.manifest["sources"]:
                for table in source["tables"]:
                    key = (source["source"], table["file"])
                    rows = sum(n for reason, n in table["skipped"].items() if reason != "blank")
                    files[key] = files.get(key, 0) + rows
            kept = sum(min(rows, 10_000) for rows in files.values())
            self.expect(skipped["rows"] == kept, "skipped_row is not the skipped rows that are kept")

    def stars(self):
        """Keys of facts are found in their dimensions, once."""
        table = lambda name: f"read_parquet('{self.folder}/tables/{name}.parquet')"
        one = lambda sql: self.duckdb.execute(sql).fetchone()[0]
        for name, key in [("dim_person", "person_key"), ("dim_household", "household_key"),
                          ("dim_rule", "rule_code"), ("dim_division", "code")]:
            self.expect(one(f"select count(*) - count(distinct {key}) from {table(name)}") == 0,
                        f"{name}: {key} is not unique")
        for fact, key, dimension, target in [
            ("fact_record", "person_key", "dim_person", "person_key"),
            ("fact_record", "household_key", "dim_household", "household_key"),
            ("fact_exception", "rule_code", "dim_rule", "rule_code"),
            ("fact_indicator", "rule_code", "dim_rule", "rule_code"),
        ]:
            lost = one(f"select count(*) from {table(fact)} f anti join {table(dimension)} d on f.{key} = d.{target}")
            self.expect(lost == 0, f"{fact}: {lost} rows have a {key} unknown to {dimension}")
        unique = one(f"select count(*) - count(distinct exception_id) from {table('fact_exception')}")
        self.expect(unique == 0, "fact_exception: exception_id is not unique")
        order = self.duckdb.execute(
            f"select county_code, township_code, village_code, household_key from {table('fact_record')}").fetchall()
        self.expect(order == sorted(order), "fact_record is not sorted by division and household")

    def labels(self):
        """Every code of the tables says what it means, once."""
        table = lambda name: f"read_parquet('{self.folder}/tables/{name}.parquet')"
        for name, column, codes in CODES:
            lost = self.duckdb.execute(
                f"select distinct {column}::varchar from {table(name)} f anti join {table('label')} l "
                f"on l.code_set = ? and l.code = f.{column}::varchar where {column} is not null", [codes]).fetchall()
            self.expect(not lost, f"label: {name}.{column} has codes without a label: {lost}")
        twice = self.duckdb.execute(f"select code_set, code from {table('label')} group by all having count(*) > 1").fetchall()
        self.expect(not twice, f"label: twice {twice}")

    def summaries(self):
        """The CSV files of bi/ count what the tables count."""
        with open(self.folder / "bi/疑点汇总.csv", encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        total = lambda title: round(sum(float(row[title]) for row in rows), 2)
        open_only = "is_open = 1 and cause_exception_id is null"
        for title, expression in [
            ("未消除", "sum(is_open)"), ("新增", "sum((status = 'new')::int)"), ("持续", "sum((status = 'persisting')::int)"),
            ("复现", "sum((status = 'reopened')::int)"), ("已消除", "sum((status = 'resolved')::int)"),
            ("规则停用", "sum((status = 'retired')::int)"), ("已核", "sum((status = 'answered')::int)"),
            ("未消除中：匹配待确认", "sum(is_open * in_review)"),
            ("未消除中：应追回金额（元）", f"sum(case when {open_only} then recoverable_fen end) / 100.0"),
        ]:
            (wanted,) = self.duckdb.execute(
                f"select {expression} from read_parquet('{self.folder}/tables/fact_exception.parquet')").fetchone()
            self.expect(total(title) == round(float(wanted or 0), 2), f"疑点汇总.csv: {title} {total(title)}, not {wanted}")
        with open(self.folder / "bi/指标.csv", encoding="utf-8-sig", newline="") as file:
            count = sum(1 for _ in csv.DictReader(file))
        self.expect(count == self.outputs["tables/fact_indicator.parquet"]["rows"], "指标.csv is not fact_indicator")

    def dictionary(self, parquet):
        """Every column of every table has a Chinese label in data_dictionary.csv, and no other column."""
        with open(self.folder / "data_dictionary.csv", encoding="utf-8-sig", newline="") as file:
            told = [(row["file"], row["column"]) for row in csv.DictReader(file) if re.search("[\u4e00-\u9fff]", row["label"])]
        found = [(path, name) for path in parquet for name in pq.read_schema(self.folder / path).names]
        self.expect(sorted(told) == sorted(found), f"data_dictionary.csv and tables differ: {sorted(set(told) ^ set(found))[:5]}")

    def no_identity(self):
        """No ID number and no name in tables/, by pattern and by the identities themselves."""
        identities = self.folder / "restricted/person_identity.parquet"
        names, numbers, ids = set(), set(), set()
        if identities.exists():
            for person in self.rows("restricted/person_identity.parquet"):
                names.add(person["name"])
                numbers.add(person["id_number"])
                ids.add(person["person_id"])
                ids.add(person["household_id"])
        if (self.folder / "restricted/exception.parquet").exists():
            for exception in self.rows("restricted/exception.parquet"):
                ids.add(exception["exception_id"])
                ids.add(exception["listed_id"])
        ids -= {None, ""}
        names -= {None, ""}
        numbers = {n for n in numbers if n and len(n) >= 15}
        for path in self.outputs:
            if not path.startswith("tables/") or not path.endswith(".parquet"):
                continue
            table = pq.read_table(self.folder / path)
            for field in table.schema:
                if field.type != pa.string():
                    continue
                for value in table.column(field.name).drop_null().unique().to_pylist():
                    where = f"{path}: {field.name}"
                    self.expect(not ID_NUMBER.search(value), f"{where} holds something like an ID number")
                    self.expect(value not in ids, f"{where} holds an id in clear")
                    if field.name not in ("record_id", "evidence_record_ids"):
                        self.expect(not any(number in value for number in numbers) if len(value) >= 15 else True,
                                    f"{where} holds an ID number")
                    if Path(path).stem not in FREE_OF_PEOPLE:
                        self.expect(value not in names, f"{where} holds a name")
                    if field.name == "message":
                        self.expect(not re.search(r"\d{7}", value), f"{where} holds a long number: {value}")
                        held = [name for name in names if len(name) >= 3 and name in value]
                        self.expect(not held, f"{where} holds a name: {value}")

    def modes(self):
        restricted = self.folder / "restricted"
        if not restricted.exists():
            return
        for path in [restricted, *restricted.rglob("*")]:
            mode = stat.S_IMODE(path.stat().st_mode)
            wanted = 0o700 if path.is_dir() else 0o600
            self.expect(mode == wanted, f"{path.relative_to(self.folder)} has mode {mode:o}")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    faults = [fault for folder in sys.argv[1:] for fault in Check(folder).run()]
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
