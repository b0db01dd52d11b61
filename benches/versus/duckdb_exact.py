"""The floor: read both files, join on the ID number, write Parquet. No normalizing, no fuzzy match."""

import sys

import duckdb

from tables import LEFT, RIGHT, source

data, out = sys.argv[1:3]
con = duckdb.connect(config={"threads": 2})
con.execute(f"""
    COPY (SELECT l.record_id AS left_record_id, r.record_id AS right_record_id
          FROM ({source(data, LEFT)}) l JOIN ({source(data, RIGHT)}) r USING (id_number)
          WHERE id_number <> '')
    TO '{out}' (FORMAT parquet, COMPRESSION zstd)""")
