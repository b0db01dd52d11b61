"""The files as the engines read them: the extracts of one quarter, first of all registry and insurance roll.

Record ids are made as bidui makes them (file digest and row), so that one truth file serves all.
"""

import hashlib
from pathlib import Path

import duckdb

LEFT = {
    "file": "registry_person.csv", "source": "registry_person", "id": "证件号码", "name": "姓名", "sex": "性别",
    "birth": "NULL", "township": "乡(镇)", "village": "行政村",
}
RIGHT = {
    "file": "insurance.csv", "source": "insurance", "id": "身份证号", "name": "姓名", "sex": "性别",
    "birth": "出生日期", "township": "乡镇", "village": "村",
}

PLACE = {"sex": "NULL", "birth": "NULL", "township": "乡镇", "village": "村"}
ALL = [
    LEFT,
    RIGHT,
    PLACE | {"file": "registry_household.csv", "source": "registry_household", "id": "户主证件号码",
             "name": "户主姓名", "township": "乡(镇)", "village": "行政村"},
    # A family in one row: the head, then up to six others.
    PLACE | {"file": "dibao.csv", "source": "dibao", "id": "户主身份证号", "name": "户主姓名",
             "township": "乡镇街", "village": "村社区",
             "members": [("成员身份证号%d" % n, "成员姓名%d" % n) for n in range(1, 7)]},
    PLACE | {"file": "tekun.csv", "source": "tekun", "id": "身份证号", "name": "姓名"},
    PLACE | {"file": "housing.csv", "source": "housing", "id": "身份证号码", "name": "户主姓名"},
    PLACE | {"file": "student.csv", "source": "student", "id": "身份证件号", "name": "姓名", "sex": "性别",
             "birth": "出生日期"},
    PLACE | {"file": "student_aid.csv", "source": "student_aid", "id": "身份证号", "name": "姓名",
             "township": "NULL", "village": "NULL"},
]


def column(name: str) -> str:
    return "NULL::VARCHAR" if name == "NULL" else f'"{name}"'


def source(data: str, table: dict) -> str:
    """The file as text columns with record ids."""
    path = Path(data) / table["file"]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:8]
    members = [(table["id"], table["name"]), *table.get("members", [])]
    rest = ", ".join(f"{column(table[key])} AS {key}" for key in ("sex", "birth", "township", "village"))
    rows = f"""(SELECT row_number() OVER () + 1 AS row, * FROM read_csv('{path}', all_varchar=true, header=true))"""

    def one(number: int, id_number: str, name: str) -> str:
        place = f"row || '.m{number}'" if len(members) > 1 else "row"
        present = f'WHERE "{name}" <> \'\'' if number > 1 else ""
        return f"""SELECT '{table['source']}:{digest}.r' || {place} AS record_id, {column(id_number)} AS id_number,
                          {column(name)} AS name, {rest} FROM {rows} {present}"""

    return " UNION ALL ".join(one(at, *member) for at, member in enumerate(members, start=1))


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


def readings(con: duckdb.DuckDBPyConnection, data: str, tables: list[dict]) -> None:
    """Pinyin of every distinct name, as a table."""
    import pyarrow as pa
    from pypinyin import lazy_pinyin

    names = con.execute(" UNION ".join(
        f"SELECT DISTINCT regexp_replace(name, '[\\s·•(（].*$', '') FROM ({source(data, table)})" for table in tables
    )).fetchall()
    texts = [name for (name,) in names if name]
    table = pa.table({"name": texts, "reading": [" ".join(lazy_pinyin(name)) for name in texts]})
    con.register("readings_input", table)
    con.execute("CREATE TABLE readings AS SELECT * FROM readings_input")
