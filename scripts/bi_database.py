#!/usr/bin/env python3
"""Makes `bi/tables.sql` and `bi/tables.duckdb`: views over a publication's `tables/` with Chinese comments.

    bi_database.py PUBLICATION            # writes both from the publication's data_dictionary.csv and bi/questions/
    bi_database.py PUBLICATION --check    # are both what they would be, and do they read the publication?

The views name Parquet files relative to the publication: they read whichever publication they lie in, and depend on
the columns of `tables/` alone. Columns `in_…`, which differ from pipeline to pipeline, are left out. Schema `history` has all
periods beside the publication, `question` the ten questions. Needs Python's duckdb of the version in scripts/requirements.txt.
"""

import argparse
import csv
import json
import re
import sys
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent.parent / "bi"
# Readable by all DuckDB from 1.0 on: 1.0 knows no blocks but those of 256 KiB, smaller ones would halve the file.
STORAGE = "STORAGE_VERSION 'v1.0.0'"
CLOSED = "('resolved', 'retired', 'answered')"
# Tables that have a row for the same thing in every period.
BY_PERIOD = ["dim_division", "dim_household", "dim_person", "dim_rule", "dim_source"]

# One row an exception, with what its codes mean: name, label, expression.
WIDE = [
    ("county_name", "县（区）", "COALESCE(c.name, '区划未定')"),
    ("township_name", "乡镇（街道）", "COALESCE(t.name, '区划未定')"),
    ("village_name", "村（社区）", "COALESCE(v.name, '区划未定')"),
    ("rule_title", "疑点类型", "r.title"),
    ("rule_name", "规则编号和疑点类型", "f.rule_code || ' ' || COALESCE(r.title, '')"),
    ("severity_title", "严重程度名称", "COALESCE(ls.title, f.severity)"),
    ("status_title", "状态名称", "COALESCE(lt.title, f.status)"),
    ("resolved_by_title", "消除依据名称", "COALESCE(lb.title, f.resolved_by)"),
    ("sex", "性别", "CASE WHEN f.person_key IS NULL THEN '不按人' ELSE COALESCE(p.sex, '未知') END"),
    ("age_group", "年龄段", "CASE WHEN f.person_key IS NULL THEN NULL ELSE COALESCE(p.age_group, 'unknown') END"),
    ("age_group_title", "年龄段名称", "CASE WHEN f.person_key IS NULL THEN '不按人' ELSE COALESCE(la.title, '年龄不清楚') END"),
    ("end_date", "期末", "q.end_date"),
    ("is_overdue", "已超期", "CASE WHEN f.is_open = 1 AND f.due_date < q.issued_on THEN 1 ELSE 0 END"),
    ("is_cause", "是根本原因", "CASE WHEN f.cause_exception_id IS NULL THEN 1 ELSE 0 END"),
    ("recoverable_yuan", "应追回金额（元）", "CASE WHEN f.cause_exception_id IS NULL THEN f.recoverable_fen / 100.0 END"),
    ("run", "运行批次", "u.run"),
]
JOINS = """FROM {0}fact_exception AS f
LEFT JOIN {0}dim_quarter AS q ON q.quarter = f.quarter
LEFT JOIN {0}dim_run AS u ON u.quarter = f.quarter
LEFT JOIN {0}dim_rule AS r ON r.quarter = f.quarter AND r.rule_code = f.rule_code
LEFT JOIN {0}dim_division AS c ON c.quarter = f.quarter AND c.code = f.county_code
LEFT JOIN {0}dim_division AS t ON t.quarter = f.quarter AND t.code = f.township_code
LEFT JOIN {0}dim_division AS v ON v.quarter = f.quarter AND v.code = f.village_code
LEFT JOIN {0}dim_person AS p ON p.quarter = f.quarter AND p.person_key = f.person_key
LEFT JOIN main.label AS ls ON ls.code_set = 'severity' AND ls.code = f.severity
LEFT JOIN main.label AS lt ON lt.code_set = 'status' AND lt.code = f.status
LEFT JOIN main.label AS lb ON lb.code_set = 'resolved_by' AND lb.code = f.resolved_by
LEFT JOIN main.label AS la ON la.code_set = 'age_group' AND la.code = COALESCE(p.age_group, 'unknown')"""

# Which run a period's tables are of: its folder, found by the digest of the manifest that its name ends with. The tables cannot say so
# themselves, since the digest is made of theirs; a copy that lies in no such folder has the digest alone.
RUN = r"""WITH manifest AS (
    SELECT {quarter} AS quarter, left(sha256(content), 8) AS digest FROM read_text('{manifest}')
), folder AS (
    SELECT {period} AS quarter, regexp_extract(file, 'run-[0-9]+-([0-9a-f]+)[/\\]manifest', 1) AS digest,
        max(regexp_extract(file, '(run-[0-9]+-[0-9a-f]+)[/\\]manifest', 1)) AS run
    FROM glob('{runs}')
    GROUP BY ALL
)
SELECT m.quarter, COALESCE(f.run, m.digest) AS run
FROM manifest AS m LEFT JOIN folder AS f ON f.quarter = m.quarter AND f.digest = m.digest"""
RUN_COLUMNS = [("quarter", "期间", ""), ("run", "运行批次", "这期数据出自哪一次运行：发布文件夹的名称 run-…；不在这样的文件夹里时是清册摘要的前8位")]


def text(value):
    return "'" + value.replace("'", "''") + "'"


def dictionary(publication):
    """Tables in order: title, and name, label and description of every column that all pipelines have."""
    tables = {}
    with open(publication / "data_dictionary.csv", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if not row["file"].startswith("tables/"):
                continue
            name = Path(row["file"]).stem
            title, columns = tables.setdefault(name, (row["table"], []))
            if not row["column"].startswith("in_") or row["column"] == "in_review":
                columns.append((row["column"], row["label"], row["description"]))
    return dict(sorted(tables.items()))


def view(name, title, columns, select):
    """A view and what it and its columns mean."""
    yield f"CREATE OR REPLACE VIEW {name} AS\n{select}"
    yield f"COMMENT ON VIEW {name} IS {text(title)}"
    for column, label, description in columns:
        meaning = f"{label}：{description}" if description else label
        yield f"COMMENT ON COLUMN {name}.{quoted(column)} IS {text(meaning)}"


def quoted(name):
    return '"' + name + '"'


def history_expression(table, column):
    """A column of any period's table: what versions before did not write is worked out, never taken as nothing."""
    period = r"regexp_extract(filename, '([^/\\]+)[/\\]latest[/\\]', 1)"
    if column == "quarter" and table in BY_PERIOD:
        return f'COALESCE("quarter", {period}) AS "quarter"'
    if (table, column) == ("fact_exception", "is_open"):
        return f'COALESCE("is_open", CASE WHEN "status" IN {CLOSED} THEN 0 ELSE 1 END) AS "is_open"'
    if (table, column) == ("dim_quarter", "issued_on"):
        return 'COALESCE("issued_on", "end_date") AS "issued_on"'
    return quoted(column)


def statements(publication):
    """What makes the database, statement by statement."""
    tables = dictionary(publication)
    for name, (title, columns) in tables.items():
        listed = ", ".join(quoted(column) for column, *_ in columns)
        source = f"read_parquet('tables/{name}.parquet', hive_partitioning = false)"
        yield from view(f"main.{name}", title, columns, f"SELECT {listed}\nFROM {source}")
    yield "CREATE SCHEMA IF NOT EXISTS history"
    for name, (title, columns) in tables.items():
        if name == "label":
            continue
        listed = ", ".join(history_expression(name, column) for column, *_ in columns)
        options = "union_by_name = true, filename = true, hive_partitioning = false"
        source = f"read_parquet('../../*/latest/tables/{name}.parquet', {options})"
        yield from view(f"history.{name}", f"{title}（各期当前的发布）", columns, f"SELECT {listed}\nFROM {source}")
    period = r"regexp_extract({0}, '([^/\\]+)[/\\]{1}[/\\]', 1)"
    own = "(SELECT min(quarter) FROM main.dim_quarter)"
    own_run = RUN.format(quarter=own, manifest="manifest.json", period=own, runs="../run-*/manifest.json")
    yield from view("main.dim_run", "运行批次", RUN_COLUMNS, own_run)
    all_runs = RUN.format(quarter=period.format("filename", "latest"), manifest="../../*/latest/manifest.json",
                          period=period.format("file", "run-[0-9]+-[0-9a-f]+"), runs="../../*/run-*/manifest.json")
    yield from view("history.dim_run", "运行批次（各期当前的发布）", RUN_COLUMNS, all_runs)
    _, columns = tables["fact_exception"]
    added = [(name, label, "" if name != "run" else RUN_COLUMNS[1][2]) for name, label, _ in WIDE]
    listed = ", ".join([f"f.{quoted(column)}" for column, *_ in columns] + [f"{e} AS {n}" for n, _, e in WIDE])
    for schema, suffix in [("main", ""), ("history", "（各期当前的发布）")]:
        select = f"SELECT {listed}\n{JOINS.format(schema + '.')}"
        yield from view(f"{schema}.exception_wide", f"疑点宽表{suffix}", columns + added, select)
    yield "CREATE SCHEMA IF NOT EXISTS question"
    for file in sorted((HERE / "questions").glob("*.sql")):
        first, _, select = file.read_text("utf-8").partition("\n")
        name = f"question.q{file.stem}"
        yield f"CREATE OR REPLACE VIEW {name} AS\n{select.rstrip()}"
        yield f"COMMENT ON VIEW {name} IS {text(first.removeprefix('-- '))}"


def make(publication, database):
    """A database made of the statements, whose files lie in the publication."""
    database.unlink(missing_ok=True)
    connection = duckdb.connect()
    connection.execute(f"SET file_search_path = {text(str(publication))}")
    connection.execute(f"ATTACH {text(str(database))} AS bi ({STORAGE})")
    connection.execute("USE bi")
    for statement in statements(publication):
        connection.execute(statement)
    connection.execute("USE memory")
    connection.execute("DETACH bi")


def script(publication):
    head = ["在发布的文件夹里运行：duckdb -init bi/tables.sql。建立 tables/ 的视图，说明见各列的注释。",
            "由 scripts/bi_database.py 生成。"]
    return "".join(f"-- {line}\n" for line in head) + "".join(f"\n{one};\n" for one in statements(publication))


def described(connection):
    """Views with their comment, columns and the columns' comments."""
    views = connection.execute(
        "SELECT schema_name || '.' || view_name, comment FROM duckdb_views() "
        "WHERE NOT internal AND database_name NOT IN ('system', 'temp')").fetchall()
    columns = connection.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE NOT internal AND database_name NOT IN ('system', 'temp') ORDER BY ALL").fetchall()
    return sorted(views), columns


def check(publication):
    """What is not as it should be, in words."""
    faults = []
    if (HERE / "tables.sql").read_text("utf-8") != script(publication):
        faults.append("bi/tables.sql is out of date")
    fresh = duckdb.connect()
    fresh.execute(f"SET file_search_path = {text(str(publication))}")
    for statement in statements(publication):
        fresh.execute(statement)
    # As a publication holds it: copied, and opened by whoever may only read it.
    copied = publication / "bi/tables.duckdb"
    ready = duckdb.connect(str(copied if copied.exists() else HERE / "tables.duckdb"), read_only=True)
    ready.execute(f"SET file_search_path = {text(str(publication))}")
    if described(fresh) != described(ready):
        faults.append("bi/tables.duckdb is out of date")
    run = publication.resolve().name
    told = ready.execute("SELECT quarter, run FROM main.dim_run").fetchall()
    if run.startswith("run-") and told != [(publication.resolve().parent.name, run)]:
        faults.append(f"dim_run says {told}, not {run}")
    if not set(told) <= set(ready.execute("FROM history.dim_run").fetchall()):
        faults.append(f"history.dim_run lacks {told}")
    unknown = ready.execute("SELECT count(*) FROM history.exception_wide WHERE is_open IS NULL OR quarter IS NULL OR run IS NULL").fetchone()[0]
    if unknown:
        faults.append(f"history.exception_wide: {unknown} rows without is_open, quarter or run")
    rows = {output["path"]: output["rows"] for output in json.loads((publication / "manifest.json").read_text("utf-8"))["outputs"]}
    for name, _ in described(ready)[0]:
        count = ready.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        wanted = rows.get(re.sub(r"^main\.(.*)$", r"tables/\1.parquet", name))
        if name == "main.exception_wide":
            wanted = rows["tables/fact_exception.parquet"]
        if wanted is not None and count != wanted:
            faults.append(f"{name}: {count} rows, not {wanted}")
        print(f"{name}: {count} rows")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("publication", type=Path)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    publication = given.publication
    publication = (publication if (publication / "manifest.json").exists() else publication / "latest").absolute()
    if given.check:
        faults = check(publication)
        for fault in faults:
            print(fault, file=sys.stderr)
        sys.exit(1 if faults else 0)
    (HERE / "tables.sql").write_text(script(publication), "utf-8")
    make(publication, HERE / "tables.duckdb")


if __name__ == "__main__":
    main()
