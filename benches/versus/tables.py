"""The two files as the engines read them: registry persons and the insurance roll of one quarter.

Record ids are made as bidui makes them (file digest and row), so that one truth file serves all.
"""

import hashlib
from pathlib import Path

import duckdb

LEFT = {
    "file": "registry_person.csv", "source": "registry_person", "id": "证件号码", "name": "姓名", "sex": "性别",
    "birth": "NULL", "township": '"乡(镇)"', "village": "行政村",
}
RIGHT = {
    "file": "insurance.csv", "source": "insurance", "id": "身份证号", "name": "姓名", "sex": "性别",
    "birth": "出生日期", "township": "乡镇", "village": "村",
}


def source(data: str, table: dict) -> str:
    """The file as text columns with record ids."""
    path = Path(data) / table["file"]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:8]
    return f"""
        SELECT '{table['source']}:{digest}.r' || (row_number() OVER () + 1) AS record_id,
               "{table['id']}" AS id_number, "{table['name']}" AS name, "{table['sex']}" AS sex,
               {table['birth']}::VARCHAR AS birth, {table['township']} AS township, {table['village']} AS village
        FROM read_csv('{path}', all_varchar=true, header=true)"""


def clean(data: str, table: dict) -> str:
    """Normalized columns: what a careful analyst does in SQL before matching.

    `reading` comes from a table of pinyin by distinct name, see `readings`.
    """
    return f"""
        WITH raw AS ({source(data, table)}),
        tidy AS (
            SELECT record_id, upper(regexp_replace(nfc_normalize(id_number), '[^0-9Xx]', '', 'g')) AS id,
                   regexp_replace(name, '[\\s·•(（].*$', '') AS name, left(sex, 1) AS sex,
                   regexp_replace(birth, '[^0-9]', '', 'g') AS stated, township,
                   regexp_replace(village, '(村民委员会|社区居民委员会|村委会|居委会|村)$', '') AS village
            FROM raw),
        keyed AS (
            SELECT *, CASE WHEN length(id) >= 18 THEN left(id, 18)
                           WHEN length(id) = 15 THEN left(id, 6) || '19' || substr(id, 7) END AS id_number
            FROM tidy)
        SELECT record_id, id_number, name, sex, township, village, left(name, 1) AS surname,
               string_split(name, '') AS chars,
               coalesce(CASE WHEN length(id_number) >= 14 THEN substr(id_number, 7, 8) END,
                        CASE WHEN length(stated) = 8 THEN stated END) AS birth,
               coalesce((SELECT reading FROM readings WHERE readings.name = keyed.name), name) AS reading
        FROM keyed"""


def readings(con: duckdb.DuckDBPyConnection, data: str) -> None:
    """Pinyin of every distinct name, as a table."""
    import pyarrow as pa
    from pypinyin import lazy_pinyin

    names = con.execute(" UNION ".join(
        f"SELECT DISTINCT regexp_replace({t['name']}, '[\\s·•(（].*$', '') FROM "
        f"read_csv('{Path(data) / t['file']}', all_varchar=true, header=true)" for t in (LEFT, RIGHT)
    )).fetchall()
    texts = [name for (name,) in names if name]
    table = pa.table({"name": texts, "reading": [" ".join(lazy_pinyin(name)) for name in texts]})
    con.register("readings_input", table)
    con.execute("CREATE TABLE readings AS SELECT * FROM readings_input")
