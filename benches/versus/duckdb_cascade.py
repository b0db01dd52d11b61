"""A hand-tuned SQL cascade: the strictest key first, then looser keys for the records left over.

Every step links one to one (a key that is ambiguous on either side links nothing).
"""

import sys

import duckdb

from tables import LEFT, RIGHT, clean, readings

# Each step: join condition columns, and a check on the joined pair.
STEPS = [
    ("id_number, name", "true"),
    ("id_number, reading", "true"),
    ("id_number, birth", "l.sex = r.sex AND len(list_intersect(l.chars, r.chars)) >= 1"),
    ("name, birth, village", "true"),
    ("id15, name", "true"),
    ("name, village", "damerau_levenshtein(l.id_number, r.id_number) <= 2"),
    ("name, birth", "damerau_levenshtein(l.id_number, r.id_number) <= 2"),
    ("reading, birth, village", "l.sex = r.sex"),
    ("birth, village, sex", "l.surname = r.surname AND len(list_intersect(l.chars, r.chars)) >= 2"),
    ("name, birth", "l.sex = r.sex AND (l.id_number IS NULL OR r.id_number IS NULL)"),
    ("name, household_village", "substr(l.birth, 1, 4) = substr(r.birth, 1, 4)"),
]

data, out = sys.argv[1:3]
con = duckdb.connect(config={"threads": 2})
readings(con, data, [LEFT, RIGHT])
for name, table in (("l", LEFT), ("r", RIGHT)):
    con.execute(f"CREATE TABLE {name} AS SELECT *, substr(id_number, 1, 15) id15, village household_village "
                f"FROM ({clean(data, table)})")
con.execute("CREATE TABLE links (left_record_id VARCHAR, right_record_id VARCHAR)")
for keys, check in STEPS:
    con.execute(f"""
        INSERT INTO links
        SELECT l.record_id, r.record_id FROM l JOIN r USING ({keys}) WHERE {check}
        QUALIFY count(*) OVER (PARTITION BY l.record_id) = 1 AND count(*) OVER (PARTITION BY r.record_id) = 1""")
    con.execute("DELETE FROM l WHERE record_id IN (SELECT left_record_id FROM links)")
    con.execute("DELETE FROM r WHERE record_id IN (SELECT right_record_id FROM links)")
con.execute(f"COPY links TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
