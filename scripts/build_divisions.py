#!/usr/bin/env python3
"""Joins a township table and a village crosswalk into one division table.

Usage: build_divisions.py TOWNSHIPS.csv VILLAGES.csv OUT.csv

TOWNSHIPS.csv: code,name_2017,name_2023 · VILLAGES.csv: code_2017,name_2017,code_2023,name_2023,change.
OUT.csv has one row per unit of any level, parents first; the pair of columns of the first year is
the base year. Counties and the townships that kept their name under a new code are given here,
because no table has them.
"""
import csv, sys

townships, villages, out = sys.argv[1:4]
COUNTIES = [
    ("410600", "鹤壁市", ""),
    ("410602", "鹤山区", ""),
    ("410603", "山城区", ""),
    ("410611", "淇滨区", "郊区|鹤壁新区"),
    ("410621", "浚县", ""),
    ("410622", "淇县", ""),
    ("410671", "鹤壁经济技术开发区", "经济技术开发区|经济开发区|开发区|经开区"),
]
# Township of 2017 -> the same township in 2023 under another code.
MOVED = {"410621201": "410621109", "410611562": "410611004"}

rows = [(code, name, code, name, "same", aliases) for code, name, aliases in COUNTIES]
later = {}
listed = list(csv.DictReader(open(townships, encoding="utf-8-sig")))
for row in listed:
    if row["name_2023"]:
        later[row["code"]] = row["name_2023"]
taken = set()
for row in listed:
    code, old, new = row["code"], row["name_2017"], row["name_2023"]
    if old and code in MOVED:
        to = MOVED[code]
        taken.add(to)
        rows.append((code, old, to, later[to], "recoded" if old == later[to] else "renamed", ""))
    elif old:
        rows.append((code, old, code if new else "", new, "gone" if not new else "same" if old == new else "renamed", ""))
for row in listed:
    if not row["name_2017"] and row["code"] not in taken:
        rows.append(("", "", row["code"], row["name_2023"], "new", ""))
for row in csv.DictReader(open(villages, encoding="utf-8-sig")):
    rows.append((row["code_2017"], row["name_2017"], row["code_2023"], row["name_2023"], row["change"], ""))
with open(out, "w", encoding="utf-8", newline="") as f:
    writer = csv.writer(f, lineterminator="\n")
    writer.writerow(["code_2017", "name_2017", "code_2023", "name_2023", "change", "aliases"])
    writer.writerows(sorted(rows, key=lambda r: (len(r[0] or r[2]) if (r[0] or r[2])[4:6] != "00" else 0, r[0] or r[2])))
