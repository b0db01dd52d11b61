"""A province for real: prefecture after prefecture through `bidui run`, then `bidui across` over all.

    python3 benches/province.py [--prefectures 10] [--persons 10M] [--memory 2GB] [--folder DIR] [--json FILE]

Every prefecture is invented with people and numbers of its own, and with some who are listed in the one
before, too (`bidui synth --prefecture K`). After its run only the manifest and the table of identities
stay on disk; extracts and the other tables are deleted, so that ten times ten million people need the
disk of one prefecture and a half. Prints wall and CPU time and peak memory of every process, and how many of
the people who moved `across` found (needs Python's duckdb).
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

import duckdb

from scale import QUARTER, SEED, memory_kib, short, size, timed

ROOT = Path(__file__).parent.parent


def prefecture(options: argparse.Namespace, number: int, most_kib: int) -> list[dict]:
    """Invents one prefecture, runs its quarter, keeps who its people are."""
    data, out, log = options.folder / f"data-{number}", options.folder / f"out-{number}", options.folder / "log"
    for folder in (data, out):
        shutil.rmtree(folder, ignore_errors=True)
    synth = timed([str(options.binary), "synth", str(options.pipeline), "--persons", str(options.persons),
                   "--prefecture", str(number), "--seed", SEED, "--quarter", QUARTER, "--layout", "csv",
                   "--out", str(data), "--quiet"], log, most_kib)
    run = timed([str(options.binary), "run", str(options.pipeline), "--quarter", QUARTER, "--data",
                 str(data / QUARTER), "--out", str(out), "--memory", options.memory,
                 "--key-file", str(options.folder / "pseudonym.key"), "--quiet"], log, most_kib)
    publication = (out / QUARTER / "latest").resolve()
    rows = remember(options, number, data / "truth" / QUARTER, publication)
    for path in publication.iterdir():
        if path.name not in ("manifest.json", "restricted"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in (publication / "restricted").iterdir():
        if path.name != "person_identity.parquet":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.rmtree(data)
    for what, cost in (("synth", synth), ("run", run)):
        print(f"prefecture {number} {what}: {cost['wall']:.1f} s, {cost['peak']:.0f} MiB", file=sys.stderr)
    return [{"what": f"synth {number}", **synth}, {"what": f"run {number}", "rows": rows, **run}]


def remember(options: argparse.Namespace, number: int, truth: Path, publication: Path) -> int:
    """Who everybody that moved is in the publication; returns its records."""
    con = duckdb.connect()
    con.execute("SET memory_limit = '8GB'")
    moved = f"SELECT person FROM read_csv('{truth}/moved.csv')" if number else "SELECT NULL AS person"
    # The next prefecture's movers are not known yet: everyone who might be one, adults of the first families.
    con.execute(f"""
        COPY (SELECT DISTINCT t.person, r.person_id
              FROM read_csv('{truth}/records.csv', all_varchar = true) t
              JOIN '{publication}/restricted/record.parquet' r USING (record_id)
              WHERE t.person IN ({moved}) OR CAST(substr(t.person, -5) AS INTEGER) < 1000)
        TO '{options.folder}/people-{number}.parquet'""")
    if number:
        shutil.copy(truth / "moved.csv", options.folder / f"moved-{number}.csv")
    return con.execute(f"SELECT count(*) FROM '{publication}/restricted/record.parquet'").fetchone()[0]


def quality(options: argparse.Namespace) -> dict[str, float]:
    """Pairs of persons that moved, and those that `across` accepted."""
    con = duckdb.connect()
    con.execute("CREATE TABLE expected (here VARCHAR, there VARCHAR, mover VARCHAR)")
    for number in range(1, options.prefectures):
        people = [f"'{options.folder}/people-{n}.parquet'" for n in (number, number - 1)]
        con.execute(f"""
            INSERT INTO expected
            SELECT '{number}:' || a.person_id, '{number - 1}:' || b.person_id, '{number}:' || m.person
            FROM read_csv('{options.folder}/moved-{number}.csv') m
            JOIN {people[0]} a ON a.person = m.person JOIN {people[1]} b ON b.person = m.person_before""")
    con.execute(f"""
        CREATE TABLE found AS
        SELECT regexp_extract(left_publication, 'out-(\\d+)', 1) || ':' || left_person_id AS there,
               regexp_extract(right_publication, 'out-(\\d+)', 1) || ':' || right_person_id AS here, decision
        FROM '{options.folder}/across/cross_link.parquet'""")
    (accepted, review, right, movers, seen) = con.execute("""
        SELECT count(*) FILTER (decision = 'accept'), count(*) FILTER (decision = 'review'),
               count(*) FILTER (decision = 'accept' AND (here, there) IN (SELECT here, there FROM expected)),
               (SELECT count(DISTINCT mover) FROM expected),
               (SELECT count(DISTINCT mover) FROM expected e
                WHERE (e.here, e.there) IN (SELECT here, there FROM found WHERE decision = 'accept'))
        FROM found""").fetchone()
    return {"accepted": accepted, "review": review, "right": right, "movers": movers, "movers_found": seen}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prefectures", type=int, default=10)
    parser.add_argument("--persons", type=size, default=10_000_000)
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--folder", type=Path, default=ROOT / "target/province")
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/bidui")
    parser.add_argument("--pipeline", type=Path, default=ROOT / "pipelines/hebi")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    most_kib = int(memory_kib("MemAvailable") * 0.9)
    lines = []
    for number in range(options.prefectures):
        lines += prefecture(options, number, most_kib)
    publications = [str(options.folder / f"out-{n}" / QUARTER) for n in range(options.prefectures)]
    across = timed([str(options.binary), "across", *publications, "--out", str(options.folder / "across"), "--quiet"],
                   options.folder / "log", most_kib)
    lines.append({"what": "across", **across})
    found = quality(options)
    if options.json:
        options.json.write_text(json.dumps({"lines": lines, "quality": found}, indent=1))
    print(f"{os.cpu_count()} cores, {memory_kib('MemTotal') >> 20} GiB, {options.prefectures} prefectures of "
          f"{short(options.persons)}, bidui run --memory {options.memory}")
    print(f"{'what':12}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'rows':>12}")
    for line in lines:
        print(f"{line['what']:12}{line['wall']:>9.1f}{line['cpu']:>9.1f}{line['peak']:>10.0f}{line.get('rows', ''):>12}")
    runs = [line for line in lines if line["what"].startswith("run")]
    print(f"{'runs':12}{sum(l['wall'] for l in runs):>9.1f}{sum(l['cpu'] for l in runs):>9.1f}"
          f"{max(l['peak'] for l in runs):>10.0f}{sum(l['rows'] for l in runs):>12}")
    print(f"across: {found['accepted']} pairs accepted, {found['right']} of them right, {found['review']} for review; "
          f"{found['movers_found']} of {found['movers']} movers found")


if __name__ == "__main__":
    main()
