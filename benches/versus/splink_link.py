"""Splink 4 on DuckDB: registry × insurance roll, see splink_model.py."""

import sys

import duckdb

from splink_model import trained
from tables import LEFT, RIGHT, clean, readings

data, out = sys.argv[1:3]
con = duckdb.connect(config={"threads": 2})
readings(con, data, [LEFT, RIGHT])
for name, table in (("l", LEFT), ("r", RIGHT)):
    con.execute(f"CREATE TABLE {name} AS {clean(data, table)}")
    con.execute(f"ALTER TABLE {name} RENAME record_id TO unique_id")
linker = trained(con, ["l", "r"])
predicted = linker.inference.predict(threshold_match_probability=0.5)
# One record of the roll belongs to at most one person of the registry: keep each record's best pair.
con.execute(f"""
    COPY (SELECT unique_id_l AS left_record_id, unique_id_r AS right_record_id, match_probability
          FROM {predicted.physical_name}
          QUALIFY row_number() OVER (PARTITION BY unique_id_l ORDER BY match_weight DESC, unique_id_r) = 1
              AND row_number() OVER (PARTITION BY unique_id_r ORDER BY match_weight DESC, unique_id_l) = 1)
    TO '{out}' (FORMAT parquet)""")
