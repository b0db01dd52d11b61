#!/usr/bin/env python3
"""Runs every rule a second time, in DuckDB, and compares.

  rules_in_duckdb.py publication PIPELINE QUARTER [--previous QUARTER]
      every rule that the publication QUARTER (out/2018Q3, or one of its runs) ran, over its restricted views;
      subjects, keys and evidence must be those of the publication. --previous is the publication
      it was compared with.
  rules_in_duckdb.py rule PIPELINE CODE|FILE.sql QUARTER [--previous QUARTER]
      one rule, as written now; prints its rows as tab-separated text
  rules_in_duckdb.py database PIPELINE QUARTER FILE.duckdb [--previous QUARTER]
      a database of the views and definitions, each rule a view under its code (mode 0600)
  rules_in_duckdb.py truth PIPELINE QUARTER TRUTH
      the rules with every record linked as the folder TRUTH says: what then differs from the
      expected exceptions is the fault of a rule or of the truth, not of the linker
  rules_in_duckdb.py examples CASES.json
      examples of the rule headers; CASES.json is the output of
      `cargo bench --bench rule_cases -- PIPELINE`

Needs the Python package duckdb. Exits 1 if anything differs.
"""

import argparse
import csv
import hashlib
import json
import os
import re
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import duckdb

TYPES = {"text": "VARCHAR", "int32": "INTEGER", "int64": "BIGINT", "date": "DATE"}
# Types of a contract's columns, for the empty tables of sources that were not delivered.
CONTRACT_TYPES = {"date": "DATE", "flag": "INTEGER", "integer": "BIGINT", "money": "BIGINT", "area": "BIGINT",
                  "month": "INTEGER"}
COMMON = {"record_id": "VARCHAR", "person_id": "VARCHAR", "household_id": "VARCHAR",
          "source_household_id": "VARCHAR", "county_code": "VARCHAR", "township_code": "VARCHAR",
          "village_code": "VARCHAR", "link_tier": "INTEGER", "in_review": "INTEGER", "id18": "VARCHAR",
          "id_class": "VARCHAR", "birth_date": "DATE", "age": "INTEGER", "sex": "VARCHAR"}
ID_COLUMNS = ("person_id", "household_id", "guardian_person_id")
LEVELS = {"county": "county_code", "township": "township_code", "village": "village_code"}
LAST = 2**62
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


def literal(value):
    return "'" + str(value).replace("'", "''") + "'"


def text(value):
    return "" if value is None else str(value)


def rows_of(db, sql):
    cursor = db.execute(sql)
    names = [d[0] for d in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]


def read_sql(path):
    """Header and SELECT of each rule of a file; a definition file holds one."""
    content = path.read_text("utf-8")
    start, end = content.index("/*") + 2, content.index("*/")
    header = tomllib.loads(content[start:end])
    if "for_each" not in header:
        return [(header, content[end + 2:])]
    # A family: every member's words stand for {{word}}.
    rules = []
    for member in header["for_each"]:
        words = header.get("each", {}) | {key: value for key, value in member.items() if key != "example"}

        def word(found):
            value = words[found[1]]
            return value if isinstance(value, str) else ", ".join(map(str, value)) if isinstance(value, list) else str(value)

        before, sql = content[start:end], content[end + 2:]
        for _ in range(4):
            before, sql = (re.sub(r"\{\{(\w+)\}\}", word, part) for part in (before, sql))
        rules.append((tomllib.loads(before), sql))
    return rules


def layers(pipeline):
    """The pipeline's folder and those of the bases it includes, the nearest first."""
    found = [pipeline]
    head = next(pipeline / name for name in ("pipeline.toml", "base.toml") if (pipeline / name).is_file())
    for base in tomllib.loads(head.read_text("utf-8")).get("rules", {}).get("from", []):
        found += [folder for folder in layers((pipeline / base).resolve()) if folder not in found]
    return found


def read_contracts(folders):
    """Contracts by name, with what the including folders add to them."""
    contracts, extras = {}, []
    for folder in reversed(folders):
        for path in sorted((folder / "sources").glob("*.toml")):
            read = tomllib.loads(path.read_text("utf-8"))
            if path.stem.endswith(".extra"):
                extras.append((path.stem.removesuffix(".extra"), read))
            else:
                contracts[path.stem] = read
    for name, extra in extras:
        contracts[name]["column"] += extra.get("column", [])
    return contracts


def read_rules(folders):
    """Definitions and rules by name; the nearest folder's holds."""
    definitions, rules = {}, {}
    for folder in reversed(folders):
        for path in sorted((folder / "rules").glob("*/*.sql")):
            for header, sql in read_sql(path):
                if path.parent.name == "definitions":
                    definitions[header["name"]] = header, sql
                else:
                    rules[header["code"]] = path, header, sql
    return list(definitions.values()), rules


def findings(rows):
    """(subject, key) → records: rows of one subject and key are one finding, as in the program."""
    folded = defaultdict(list)
    for row in rows:
        # A row whose key is unknown is no finding.
        if row["subject_id"] is None or row.get("rule_key__unknown") == 1:
            continue
        order = row.get("evidence_order")
        evidence = (LAST if order is None else order, text(row["evidence"]))
        folded[row["subject_id"], text(row.get("rule_key"))].append(evidence)
    found = {}
    for subject, evidence in folded.items():
        records = (record for _, ids in sorted(evidence) for record in ids.split(";") if record)
        found[subject] = tuple(dict.fromkeys(records))
    return found


def missing_from(rows):
    """(subject, key) → the lists of `absent_from` that it says it is missing from; nothing where the SELECT does not say."""
    named = defaultdict(set)
    for row in rows:
        if "missing_from" in row:
            named[row["subject_id"], text(row.get("rule_key"))].add(text(row["missing_from"]))
    return named


def with_nearest(db, header, rows):
    """The findings with the nearest record of the lists that their subject is missing from, the last of the
    evidence, and which of them are to be confirmed, for it or because the SELECT says so."""
    found, named = findings(rows), missing_from(rows)
    absences = header.get("absent_from") or []
    said = {(row["subject_id"], text(row.get("rule_key"))) for row in rows if row.get("to_confirm") == 1}
    near, to_confirm = defaultdict(list), said & found.keys()
    if absences:
        for record, source, candidate, person, score, likely in db.execute(
                "SELECT record_id, source, candidate, candidate_person_id, score, likely FROM near_miss").fetchall():
            near[record, source].append(((likely, score or 0), candidate, person))
    listed = {a["rows"]: {p for p, in db.execute(f"SELECT DISTINCT person_id FROM {identifier(a['rows'])}").fetchall()}
              for a in absences if a.get("rows")}
    told = {}
    for (subject, key), evidence in found.items():
        best = None
        for absence in absences:
            if absence.get("key") not in (None, key) or absence["list"] not in named.get((subject, key), [absence["list"]]):
                continue
            of = absence.get("of") or header["sources"][0]
            for record in (r for r in evidence if r.split(":")[0] == of):
                for place, candidate, person in near[record, absence["list"]]:
                    if absence.get("rows") and person not in listed[absence["rows"]]:
                        continue
                    if best is None or place > best[0] or (place == best[0] and candidate < best[1]):
                        best = place, candidate
        told[subject, key] = evidence + ((best[1],) if best else ())
        if best and best[0][0]:
            to_confirm.add((subject, key))
    return told, to_confirm


def indicators(rows, header, root):
    """(indicator, unit) → [numerator, denominator, target], summed at the header's levels."""
    sums = {}
    for row in rows:
        for level in header["levels"]:
            unit = root if level == "city" else text(row[LEVELS[level]])
            if not unit:
                continue
            rate = "denominator" in row
            total = sums.setdefault((text(row.get("indicator")), unit), [0, 0 if rate else None, None])
            total[0] += row["numerator"] or 0
            if rate:
                total[1] += row["denominator"] or 0
            target = row.get("target")
            if target is not None and (rate or level == "city" or target == 0):
                total[2] = target if total[2] is None else max(total[2], target)
    return sums


def fingerprint(rule, kind, subject, key):
    """The id that an exception keeps for life."""
    digest = hashlib.sha256()
    for part in (rule, kind, subject, key):
        data = part.encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    bits = int.from_bytes(digest.digest(), "big") >> (256 - 26 * 5)
    return "".join(ALPHABET[bits >> 5 * at & 31] for at in reversed(range(26)))


def run_folder(named):
    """Folder of the run that names a publication, a period's folder or its link: looked up once, so
    that nothing is read of a run that follows meanwhile."""
    folder = Path(named)
    period = not (folder / "manifest.json").is_file() and (folder / "latest").exists()
    return (folder / "latest" if period else folder).resolve()


class Publication:
    """A finished publication and the rules of its pipeline, in a DuckDB of its own."""

    def __init__(self, pipeline, folder, previous=None, truth=None, file=":memory:"):
        self.pipeline, self.folder = Path(pipeline), run_folder(folder)
        self.db = duckdb.connect(str(file))
        self.db.execute("SET preserve_insertion_order = false")
        self.settings = tomllib.loads((self.pipeline / "pipeline.toml").read_text("utf-8"))
        folders = layers(self.pipeline)
        self.contracts = read_contracts(folders)
        heads = [(folder / name).read_text("utf-8") for folder in folders
                 for name in ("pipeline.toml", "base.toml") if (folder / name).is_file()]
        self.off = {code for head in heads for code in tomllib.loads(head).get("rules", {}).get("off", {})}
        self.truth = self.load_truth(Path(truth)) if truth else None
        self.present = set()
        for path in sorted((self.folder / "restricted/view").glob("*.parquet")):
            self.add(path.stem, path, self.true_ids if self.truth else None)
        self.quarter = self.one("SELECT quarter FROM parameter")
        if previous:
            self.add_previous(run_folder(previous))
        self.add_absent()
        definitions, self.rules = read_rules(folders)
        self.possible = self.rules_as_run(definitions)
        self.define(definitions)

    def rules_as_run(self, definitions):
        """Puts the SELECTs in place that unknown cells changed; what finds the possible answers, by code."""
        possible = {}
        path = self.folder / "restricted/rule_as_run.parquet"
        if self.truth or not path.is_file():
            return possible
        rows = self.db.execute(f"SELECT kind, name, sql FROM read_parquet({literal(path)}) ORDER BY place").fetchall()
        for kind, name, sql in rows:
            if kind == "definition":
                definitions.append(({"name": name}, sql))
            elif kind == "certain" and name in self.rules:
                self.rules[name] = (*self.rules[name][:2], sql)
            elif kind == "possible":
                possible[name] = sql
        return possible

    def one(self, sql):
        return self.db.execute(sql).fetchone()[0]

    def table(self, name):
        return f"read_parquet({literal(self.folder / name)})"

    def add(self, name, path, replace=None):
        source = f"read_parquet({literal(path)})"
        columns = [d[0] for d in self.db.execute(f"SELECT * FROM {source} LIMIT 0").description]
        chosen = replace(columns, source) if replace else f"SELECT * FROM {source}"
        self.db.execute(f"CREATE TABLE {identifier(name)} AS {chosen}")
        self.present.add(name)

    def add_previous(self, folder):
        """Last quarter's views; whoever was merged since carries the present id."""
        ledger = self.table("restricted/identity_ledger.parquet")
        self.db.execute("CREATE TABLE renamed_id AS SELECT previous_id, MAX(current_id) AS current_id "
                        f"FROM {ledger} WHERE kind = 'merge' GROUP BY previous_id")
        known = self.contracts.keys()

        def renamed(columns, source):
            ids = [c for c in ID_COLUMNS if c in columns]
            joins = "".join(f" LEFT JOIN renamed_id r{i} ON r{i}.previous_id = v.{c}" for i, c in enumerate(ids))
            new = ", ".join(f"COALESCE(r{i}.current_id, v.{c}) AS {c}" for i, c in enumerate(ids))
            return f"SELECT v.* REPLACE ({new}) FROM {source} v{joins}"

        for path in sorted((folder / "restricted/view").glob("*.parquet")):
            if path.stem in known:
                self.add(f"{path.stem}_previous", path, renamed)

    def add_absent(self):
        """Sources that were not delivered are tables without rows."""
        for name, contract in self.contracts.items():
            columns = dict(COMMON)
            for column in contract["column"]:
                columns.setdefault(column["name"], CONTRACT_TYPES.get(column.get("type"), "VARCHAR"))
                if column.get("role") == "guardian_id":
                    columns |= {"guardian_id18": "VARCHAR", "guardian_person_id": "VARCHAR"}
            if any("unpivot" in key or "member" in key for key in contract):
                columns |= {c: "VARCHAR" for c in ("name", "id_number", "relation") if c not in columns}
            body = ", ".join(f"{identifier(c)} {kind}" for c, kind in columns.items())
            # What earlier publications told stands among the views, if there is any.
            for view in (name, f"{name}_previous", f"{name}_earlier"):
                if view not in self.present:
                    self.db.execute(f"CREATE TABLE {identifier(view)} ({body})")
        if "near_miss" not in self.present:
            self.db.execute("CREATE TABLE near_miss (record_id VARCHAR, person_id VARCHAR, source VARCHAR, candidate VARCHAR, "
                            "candidate_person_id VARCHAR, near_order INTEGER, score INTEGER, likely INTEGER)")

    def define(self, waiting):
        """Definitions are computed once, each after those it reads."""
        while waiting:
            left = []
            for header, sql in waiting:
                try:
                    self.db.execute(f"CREATE TABLE {identifier(header['name'])} AS {sql}")
                except duckdb.CatalogException:
                    left.append((header, sql))
            if len(left) == len(waiting):
                sys.exit(f"definitions that read an unknown table: {[h['name'] for h, _ in left]}")
            waiting = left

    # ---- the publication's own result ----

    def why_not(self, header):
        """Whether the rule has reason not to run."""
        if header["code"] in self.off:
            return "switched off"
        if not header.get("since", "") <= self.quarter <= header.get("until", "9999"):
            return "outside its quarters"
        missing = [s for s in header["sources"] if s not in self.present]
        if missing:
            return f"without {missing}"
        for name in header.get("columns", []):
            view, column = name.split(".")
            if not self.one(f"SELECT COUNT({identifier(column)}) FROM {identifier(view)}"):
                return f"{name} is blank"
        return None

    def compare(self):
        """Every fault, as a line of text."""
        faults = []
        own = {code: bool(ran) for code, ran in
               self.db.execute(f"SELECT rule_code, ran FROM {self.table('tables/dim_rule.parquet')}").fetchall()}
        faults += [f"{code}: not in dim_rule" for code in self.rules if code not in own]
        manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        self.lists_with_rejects = {one["source"] for one in manifest["sources"] if one["rejected"]}
        self.undecided = defaultdict(set)
        if (self.folder / "restricted/undecided.parquet").is_file():
            for code, subject, key in self.db.execute(
                    f"SELECT rule_code, subject_id, rule_key FROM {self.table('restricted/undecided.parquet')}").fetchall():
                self.undecided[code].add((subject, key))
        held_by_list = self.db.execute("SELECT DISTINCT rule_code FROM "
                                       f"{self.table('tables/fact_held.parquet')} WHERE column_name = ''").fetchall()
        self.held_by_list = {code for code, in held_by_list}
        published = self.published()
        indicator, held = self.published_indicators()
        self.places = self.db.execute("SELECT code, name FROM "
                                      f"{self.table('tables/dim_division.parquet')} WHERE level > 1").fetchall()
        root = self.settings["prefecture"]["code"]
        total, ran = Counter(), 0
        for code, (_, header, sql) in self.rules.items():
            why_not = self.why_not(header)
            if own.get(code) != (why_not is None):
                faults.append(f"{code}: published as {'run' if own.get(code) else 'not run'}, here {why_not}")
            if why_not:
                continue
            ran += 1
            rows = rows_of(self.db, sql)
            if header.get("indicator"):
                here, there, kind = indicators(rows, header, root), indicator[code], "indicator rows"
                for key in header.get("labels", {}) if "city" in header["levels"] else []:
                    if all(name != key for name, _ in here):
                        here[key, root] = [0, 0 if any(d is not None for _, d, _ in here.values()) else None, None]
                held_here = {cell: reason for cell, reason in held[code].items() if cell in here}
                faults += self.without_reason(code, held_here)
                total["held"] += len(held_here)
                here = {cell: counts for cell, counts in here.items() if cell not in held_here}
            else:
                here, to_confirm = with_nearest(self.db, header, rows)
                there, kind = published[code], "exceptions"
                faults += [f"{code}: {key}: to be confirmed in DuckDB, not in the publication"
                           for key in sorted(to_confirm & there.keys() - self.in_review[code])]
            if not header.get("indicator"):
                faults += self.left_open(code, here, there)
            total[kind] += len(here)
            faults += differences(code, here, there)
        faults += self.tables()
        print(f"{self.folder}: {ran} rules run in DuckDB, {len(self.rules) - ran} not run; "
              f"{total['exceptions']} exceptions, {total['indicator rows']} indicator rows, "
              f"{total['held']} more are held; {len(faults)} differences")
        return faults

    def without_reason(self, code, held):
        """Counts that the publication holds must say why: of a county or less, what place in it or around it lacks a list
        or a column; of the prefecture it may also be records without a place."""
        faults = []
        for (indicator, unit), reason in sorted(held.items()):
            near = [name for place, name in self.places if place.startswith(unit) or unit.startswith(place)]
            is_whole = unit == self.settings["prefecture"]["code"]
            if not reason or (not is_whole and not any(name in reason for name in near)):
                faults.append(f"{code}: {indicator or '-'} of {unit} is held for no reason of its own: {text(reason) or 'none'}")
        return faults

    def left_open(self, code, here, there):
        """What is possible and not certain is what was published as undecided. A rule whose answers were not told
        apart has its findings there."""
        undecided = self.undecided.get(code, set())
        if code not in self.possible:
            for one in undecided:
                here.pop(one, None)  # its county is held
            return []
        # Who stands in rejected rows of a list is in no view: what is found for want of such a row was left open.
        absences = self.rules[code][1].get("absent_from") or []
        # What is found in a county may also be found for want of a list that did not come from there.
        if code in self.held_by_list or any(absence["list"] in self.lists_with_rejects for absence in absences):
            for one in undecided & here.keys():
                here.pop(one)
        rows = [row for row in rows_of(self.db, self.possible[code]) if row["subject_id"] is not None]
        keys = ("?" if row.get("rule_key__unknown") == 1 else text(row.get("rule_key")) for row in rows)
        possible = {(row["subject_id"], key) for row, key in zip(rows, keys)} - here.keys()
        return [f"{code}: {one} is undecided in one engine only" for one in sorted(possible ^ undecided)]

    def published(self):
        found, self.in_review = defaultdict(dict), defaultdict(set)
        exceptions = self.table("restricted/exception.parquet")
        for code, subject, key, evidence, in_review in self.db.execute(
                "SELECT rule_code, subject_id, rule_key, evidence_record_ids, in_review "
                f"FROM {exceptions} WHERE status <> 'resolved' AND checked = 1").fetchall():
            found[code][subject, key] = tuple(evidence.split(";"))
            if in_review:
                self.in_review[code].add((subject, key))
        return found

    def published_indicators(self):
        """Counts by rule, key and unit; and why those are held for which a county's list or column is not there."""
        found, held = defaultdict(dict), defaultdict(dict)
        for code, name, unit, lacking in self.db.execute(
                "SELECT rule_code, indicator, unit_code, lacking "
                f"FROM {self.table('tables/fact_indicator.parquet')} WHERE computable = 0").fetchall():
            held[code][name, unit] = lacking
        for code, name, unit, numerator, denominator, rate, count in self.db.execute(
                "SELECT rule_code, indicator, unit_code, numerator, denominator, "
                "CAST(target_rate * 10000 AS BIGINT), target_count "
                f"FROM {self.table('tables/fact_indicator.parquet')} WHERE computable = 1").fetchall():
            found[code][name, unit] = [numerator, denominator, count if rate is None else rate]
        return found, held

    def tables(self):
        """The open tables tell the same exceptions under the same names, by pseudonym."""
        faults = []
        for id_, rule, kind, subject, key in self.db.execute(
                "SELECT exception_id, rule_code, subject_kind, subject_id, rule_key "
                f"FROM {self.table('restricted/exception.parquet')}").fetchall():
            if fingerprint(rule, kind, subject, key) != id_:
                faults.append(f"{rule}: {id_} is not the fingerprint of {subject}/{key}")
        identity = self.table("restricted/person_identity.parquet")
        lost = self.db.execute(f"""
            SELECT COALESCE(f.rule_code, e.rule_code), COALESCE(f.exception_id, e.exception_id)
            FROM (SELECT * FROM {self.table('tables/fact_exception.parquet')} WHERE status <> 'resolved') f
            FULL JOIN (
                SELECT e.*, i.person_key
                FROM {self.table('restricted/exception.parquet')} e
                LEFT JOIN {identity} i ON i.person_id = e.person_id
                WHERE e.status <> 'resolved'
            ) e ON e.exception_key = f.exception_id
            WHERE f.exception_id IS NULL OR e.exception_id IS NULL OR f.rule_code <> e.rule_code
               OR f.evidence_record_ids <> e.evidence_record_ids OR f.county_code <> e.county_code
               OR (e.person_key IS NOT NULL AND f.person_key <> e.person_key)""").fetchall()
        return faults + [f"{rule}: {id_} differs between tables/ and restricted/" for rule, id_ in lost]

    # ---- the truth in place of the linker ----

    def load_truth(self, folder):
        self.db.execute(f"CREATE TABLE true_record AS SELECT * FROM read_csv({literal(folder / 'records.csv')}, "
                        "all_varchar = true)")
        expected = defaultdict(set)
        with open(folder / "exceptions.csv", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                expected[row["rule_code"]].add((row["entity"], row["rule_key"]))
        return expected

    def true_ids(self, columns, source):
        # The views that count persons and the conflicts within them are the linker's own.
        if "record_id" not in columns or "source" in columns:
            return f"SELECT * FROM {source}"
        new = "t.person AS person_id, t.household AS household_id"
        if "guardian_person_id" in columns:
            # The guardian is whoever most records of that number belong to.
            return f"""
                WITH owner AS (
                    SELECT g.person_id, mode(t.person) AS person
                    FROM {self.table('restricted/record.parquet')} g
                    JOIN true_record t ON t.record_id = g.record_id GROUP BY g.person_id
                )
                SELECT v.* REPLACE ({new}, o.person AS guardian_person_id) FROM {source} v
                JOIN true_record t ON t.record_id = v.record_id
                LEFT JOIN owner o ON o.person_id = v.guardian_person_id"""
        return f"SELECT v.* REPLACE ({new}) FROM {source} v JOIN true_record t ON t.record_id = v.record_id"

    def against_truth(self):
        faults = []
        print("rule\ttruth\tfound\tright")
        for code, (_, header, sql) in self.rules.items():
            # R14 looks at what the linker brought together; there is nothing to put in its place.
            if code not in self.truth or self.why_not(header) or code == "R14":
                continue
            found, expected = set(findings(rows_of(self.db, sql))), self.truth[code]
            print(f"{code}\t{len(expected)}\t{len(found)}\t{len(found & expected)}")
            faults += [f"{code}: missed {'/'.join(one)}" for one in sorted(expected - found)]
            faults += [f"{code}: surplus {'/'.join(one)}" for one in sorted(found - expected)]
        return faults


def differences(code, here, there):
    lines = [f"{code}: only DuckDB finds {key}" for key in sorted(here.keys() - there.keys())]
    lines += [f"{code}: only the publication has {key}" for key in sorted(there.keys() - here.keys())]
    lines += [f"{code}: {key}: DuckDB {here[key]}, published {there[key]}"
              for key in sorted(here.keys() & there.keys()) if here[key] != there[key]]
    return lines


def load_table(db, name, table):
    columns = ", ".join(f"{identifier(c)} {TYPES[kind]}" for c, kind in table["columns"])
    db.execute(f"CREATE TABLE {identifier(name)} ({columns})")
    marks = ", ".join("?" for _ in table["columns"])
    for row in table["rows"]:
        values = [row.get(c) for c, _ in table["columns"]]
        db.execute(f"INSERT INTO {identifier(name)} VALUES ({marks})", values)


def example_lines(db, case, rows, expect):
    """Findings, or sums at the units that the example names, as an example writes them."""
    if rows and "numerator" in rows[0]:
        units = {line.split(" ")[1] for line in expect}
        levels = ["county", "township", "village"]
        sums = indicators(rows, {"levels": levels}, "")
        for unit in units:
            if len(unit) == 6 and unit.endswith("00"):
                sums |= indicators(rows, {"levels": ["city"]}, unit)
        lines = [f"{name or '-'} {unit} {n}" + ("" if d is None else f"/{d}") for (name, unit), (n, d, _) in sums.items()]
        wanted = {tuple(line.split(" ")[:2]) for line in expect}
        return sorted(line for line in lines if tuple(line.split(" ")[:2]) in wanted)
    with_evidence = any(" <- " in line for line in expect)
    lines = []
    header = {"absent_from": case["absent_from"], "sources": case["sources"]}
    told, to_confirm = with_nearest(db, header, rows)
    for (subject, key), records in told.items():
        line = subject + (f"/{key}" if key else "") + (" 待确认" if (subject, key) in to_confirm else "")
        lines.append(line + (f" <- {' '.join(records)}" if with_evidence else ""))
    return sorted(lines)


def run_examples(path):
    failures = 0
    cases = json.loads(Path(path).read_text("utf-8"))
    for case in cases:
        db = duckdb.connect()
        for name, table in case["tables"].items():
            load_table(db, name, table)
        for name, sql in case["definitions"]:
            db.execute(f"CREATE VIEW {identifier(name)} AS {sql}")
        expect = sorted(case["expect"])
        try:
            found = example_lines(db, case, rows_of(db, case["sql"]), expect)
        except duckdb.Error as error:
            found = [f"error: {error}"]
        if found != expect:
            failures += 1
            print(f"{case['code']} {case['case']}\n  expected {expect}\n  found    {found}")
    print(f"{len(cases)} examples, {failures} differ")
    return 1 if failures else 0


def run_rule(publication, rule):
    sql = read_sql(Path(rule))[0][1] if rule.endswith(".sql") else publication.rules[rule][2]
    rows = rows_of(publication.db, sql)
    if rows:
        print("\t".join(rows[0]))
    for row in rows:
        print("\t".join(text(value) for value in row.values()))
    return 0


def write_database(given):
    """It holds what restricted/ holds, so it is as private."""
    os.umask(0o077)
    publication = Publication(given.pipeline, given.quarter, given.previous, file=given.file)
    for code, (_, _, sql) in publication.rules.items():
        publication.db.execute(f"CREATE VIEW {identifier(code)} AS {sql}")
    publication.db.close()
    print(f"{given.file}: {len(publication.rules)} rules")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, arguments in {"publication": ["pipeline", "quarter"], "rule": ["pipeline", "rule", "quarter"],
                            "database": ["pipeline", "quarter", "file"],
                            "truth": ["pipeline", "quarter", "truth"], "examples": ["cases"]}.items():
        command = commands.add_parser(name)
        for argument in arguments:
            command.add_argument(argument)
        if name in ("publication", "rule", "database"):
            command.add_argument("--previous")
    given = parser.parse_args()
    if given.command == "examples":
        return run_examples(given.cases)
    if given.command == "database":
        return write_database(given)
    publication = Publication(given.pipeline, given.quarter, getattr(given, "previous", None),
                              getattr(given, "truth", None))
    if given.command == "rule":
        return run_rule(publication, given.rule)
    faults = publication.against_truth() if given.command == "truth" else publication.compare()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
