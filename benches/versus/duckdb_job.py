"""The same job by hand in DuckDB, over a publication of bidui: its rules, or the writing of its files.

`rules`: the definitions and rules of the pipeline over the views that the publication holds; `copy`: every table of the
publication written as Parquet with zstd. Reading what there is to begin with is not part of the job and not timed: the
seconds that count are printed as JSON. Nothing is left but the log.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "scripts"))
from rules_in_duckdb import Publication, identifier, literal, run_folder  # noqa: E402


class TimedPublication(Publication):
    """A publication that tells how long its definitions took."""

    define_seconds = 0.0

    def define(self, waiting):
        self.db.execute("SET threads = 2")
        start = time.monotonic()
        super().define(waiting)
        self.define_seconds = time.monotonic() - start


def run_rules(publication: Path, pipeline: Path) -> dict[str, float]:
    """Computes every definition once, then every rule, as tables."""
    start = time.monotonic()
    opened = TimedPublication(pipeline, publication)
    defined = opened.define_seconds
    rules = time.monotonic()
    ran = 0
    for code, (_, header, sql) in sorted(opened.rules.items()):
        if opened.why_not(header) is None:
            opened.db.execute(f"CREATE OR REPLACE TEMP TABLE found AS {sql}")
            ran += 1
    end = time.monotonic()
    return {"rules": ran, "reading": rules - start - defined, "seconds": defined + end - rules}


def copy_tables(publication: Path) -> dict[str, float]:
    """Writes every table of the publication from memory."""
    db = duckdb.connect(config={"threads": 2})
    run = run_folder(publication)
    files = sorted([*(run / "tables").glob("*.parquet"), *(run / "restricted").rglob("*.parquet")])
    start = time.monotonic()
    for number, file in enumerate(files):
        db.execute(f"CREATE TABLE {identifier(f't{number}')} AS SELECT * FROM read_parquet({literal(file)})")
    middle = time.monotonic()
    with tempfile.TemporaryDirectory(dir=publication.parent) as folder:
        copied = time.monotonic()
        for number in range(len(files)):
            target = Path(folder) / f"{number}.parquet"
            db.execute(f"COPY {identifier(f't{number}')} TO {literal(target)} (FORMAT parquet, COMPRESSION zstd)")
        end = time.monotonic()
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
    return {"tables": len(files), "reading": middle - start, "seconds": end - copied, "bytes": size,
            "bytes_of_bidui": sum(file.stat().st_size for file in files)}


def main() -> None:
    kind, publication, pipeline, out = sys.argv[1:5]
    done = run_rules(Path(publication), Path(pipeline)) if kind == "rules" else copy_tables(Path(publication))
    Path(out).write_text(json.dumps(done), encoding="utf-8")


if __name__ == "__main__":
    main()
