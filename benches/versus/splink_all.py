"""Splink 4 on DuckDB: all extracts of the quarter, linked to each other and clustered into persons."""

import sys

import duckdb

from splink_model import trained
from tables import ALL, clean, readings

# Clusters are made at one threshold; higher than for pairs, because one wrong pair joins two persons.
THRESHOLD = 0.99

data, out = sys.argv[1:3]
con = duckdb.connect(config={"threads": 2})
readings(con, data, ALL)
for table in ALL:
    con.execute(f"CREATE TABLE {table['source']} AS {clean(data, table)}")
    con.execute(f"ALTER TABLE {table['source']} RENAME record_id TO unique_id")
linker = trained(con, [table["source"] for table in ALL])
pairs = linker.inference.predict(threshold_match_probability=THRESHOLD)
clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, THRESHOLD)
con.execute(f"""
    COPY (SELECT unique_id AS record_id, cluster_id FROM {clusters.physical_name})
    TO '{out}' (FORMAT parquet)""")
