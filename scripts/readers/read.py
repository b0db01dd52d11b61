"""One reader's account of Parquet files. `scripts/reader_matrix.py` runs this in the reader's own venv.

    read.py READER PLAN.json

PLAN.json: a list of {"path", "columns": {name: kind}, "probes": [[column, value], …]}; kinds are text,
integer, date and decimal. Without "columns" (DuckDB alone) they are found, and probes chosen. Prints a list
of {"rows", "columns": {name: {…}}, "probes": [rows equal to the value, …]}, or {"error"} for a file that does
not open.
"""

import json
import sys

FIGURES = {"text": ("nulls", "distinct"), "integer": ("nulls", "sum"), "decimal": ("nulls", "sum"),
           "date": ("nulls", "min", "max")}


def plain(kind, figures):
    """Figures as JSON holds them, alike from all readers."""
    def one(name, value):
        if name in ("nulls", "distinct"):
            return int(value)
        if name in ("min", "max"):
            return None if value is None else str(value)[:10]
        # Sums: nothing sums to 0 in some readers, to nothing in others. Some know no decimals.
        return int(value or 0) if kind == "integer" else f"{float(value or 0):.4f}"
    return {name: one(name, value) for name, value in zip(FIGURES[kind], figures)}


class DuckDB:
    KINDS = {"VARCHAR": "text", "INTEGER": "integer", "BIGINT": "integer", "DATE": "date"}

    def __init__(self):
        import duckdb
        self.db = duckdb.connect()

    def plan(self, path):
        """Columns and probes: the greatest value of the first text and of the first number or date."""
        source = self.source(path)
        described = self.db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        columns = {name: "decimal" if kind.startswith("DECIMAL") else self.KINDS[kind] for name, kind, *_ in described}
        text = [c for c, kind in columns.items() if kind == "text"][:1]
        other = [c for c, kind in columns.items() if kind in ("integer", "date")][:1]
        probes = [[c, self.one(f"SELECT max({quoted(c)}) FROM {source}")] for c in text + other]
        return columns, [[c, str(v) if columns[c] == "date" else v] for c, v in probes if v is not None]

    def source(self, path):
        # What the folder is called says nothing about the file.
        return "read_parquet('" + path.replace("'", "''") + "', hive_partitioning = false)"

    def one(self, sql, *values):
        return self.db.execute(sql, values).fetchone()[0]

    def read(self, path, columns, probes):
        source = self.source(path)
        wanted = {"text": "count(*) - count({0}), count(DISTINCT {0})", "integer": "count(*) - count({0}), sum({0})",
                  "decimal": "count(*) - count({0}), sum({0})", "date": "count(*) - count({0}), min({0}), max({0})"}
        parts = ", ".join(wanted[kind].format(quoted(c)) for c, kind in columns.items())
        row = list(self.db.execute(f"SELECT count(*), {parts} FROM {source}").fetchone())
        rows, figures = row[0], iter(row[1:])
        result = {c: plain(kind, [next(figures) for _ in FIGURES[kind]]) for c, kind in columns.items()}
        return rows, result, [self.one(f"SELECT count(*) FROM {source} WHERE {quoted(c)} = ?", v) for c, v in probes]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Polars:
    def read(self, path, columns, probes):
        import datetime
        import polars as pl
        frame = pl.read_parquet(path)

        def figures(name, kind):
            column = frame[name]
            if kind == "text":
                return column.null_count(), column.drop_nulls().n_unique()
            if kind == "date":
                return column.null_count(), column.min(), column.max()
            # Sums are of the column's own type, which may be too narrow for them.
            return column.null_count(), (column.cast(pl.Int64) if kind == "integer" else column).sum()

        def probe(name, value):
            value = datetime.date.fromisoformat(value) if columns[name] == "date" else value
            return pl.scan_parquet(path).filter(pl.col(name) == value).select(pl.len()).collect().item()

        return frame.height, {c: plain(k, figures(c, k)) for c, k in columns.items()}, [probe(*p) for p in probes]


class Pandas:
    """Frames of pandas, whatever library reads the file."""

    def frame(self, path, probe=None):
        import pandas
        return pandas.read_parquet(path, filters=probe and [(probe[0], "==", probe[1])])

    def read(self, path, columns, probes):
        import datetime
        frame = self.frame(path)

        def figures(name, kind):
            there = frame[name].dropna()
            nulls = len(frame) - len(there)
            if kind == "text":
                return nulls, there.nunique()
            if kind == "date":
                return nulls, there.min() if len(there) else None, there.max() if len(there) else None
            return nulls, sum(int(v) for v in there) if kind == "integer" else sum(float(v) for v in there)

        def probe(name, value):
            value = self.value(datetime, columns[name], value)
            # fastparquet leaves out row groups only, and pandas rows; by statistics both.
            found = self.frame(path, (name, value))[name].dropna()
            return int((found == value).sum())

        return len(frame), {c: plain(k, figures(c, k)) for c, k in columns.items()}, [probe(*p) for p in probes]

    def value(self, datetime, kind, value):
        return datetime.date.fromisoformat(value) if kind == "date" else value


class Fastparquet(Pandas):
    def frame(self, path, probe=None):
        import fastparquet
        file = fastparquet.ParquetFile(path)
        return file.to_pandas(filters=[(probe[0], "==", probe[1])]) if probe else file.to_pandas()

    def value(self, datetime, kind, value):
        import pandas
        return pandas.Timestamp(value) if kind == "date" else value


class PyArrow:
    def read(self, path, columns, probes):
        import datetime
        import pyarrow.compute as pc
        import pyarrow.parquet as pq
        table = pq.read_table(path)

        def figures(name, kind):
            column = table.column(name)
            if kind == "text":
                return column.null_count, len(column.drop_null().unique())
            if kind == "date":
                ends = pc.min_max(column).as_py()
                return column.null_count, ends["min"], ends["max"]
            return column.null_count, pc.sum(column).as_py()

        def probe(name, value):
            value = datetime.date.fromisoformat(value) if columns[name] == "date" else value
            return pq.read_table(path, filters=[(name, "==", value)]).num_rows

        return table.num_rows, {c: plain(k, figures(c, k)) for c, k in columns.items()}, [probe(*p) for p in probes]


READERS = {"duckdb": DuckDB, "duckdb10": DuckDB, "polars": Polars, "pandas": Pandas, "pyarrow": PyArrow, "pyarrow10": PyArrow,
           "fastparquet": Fastparquet}


def main():
    reader = READERS[sys.argv[1]]()
    results = []
    with open(sys.argv[2], encoding="utf-8") as file:
        plan = json.load(file)
    for one in plan:
        try:
            if "columns" not in one:
                one["columns"], one["probes"] = reader.plan(one["path"])
            rows, columns, probes = reader.read(one["path"], one["columns"], one["probes"])
            results.append({"rows": rows, "columns": columns, "probes": probes, "plan": one})
        # Whatever a reader throws is its answer for this file.
        except Exception as error:
            results.append({"error": f"{type(error).__name__}: {error}".splitlines()[0]})
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
