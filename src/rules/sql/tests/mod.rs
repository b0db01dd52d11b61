use super::*;

mod broken;

fn parse(sql: &str) -> ParsedSelect {
    ParsedSelect::parse(sql).unwrap()
}

fn names(uses: &[NameUse]) -> Vec<&str> {
    uses.iter().map(|name| name.name.as_str()).collect()
}

/// Each table with its alias.
fn tables(select: &ParsedSelect) -> Vec<(&str, &str)> {
    select.tables().iter().map(|table| (table.name.as_str(), table.alias.as_str())).collect()
}

#[test]
fn tables_aliases_and_functions_are_found() {
    let select = parse(
        "WITH a AS (SELECT x FROM dibao d -- from nowhere\n WHERE d.y = 'from ''here') \
         SELECT a.x, COUNT(*) FROM a JOIN poor AS p ON p.x = a.x ANTI JOIN tekun ON tekun.x = a.x",
    );
    assert_eq!(names(select.with_names()), ["a"]);
    assert_eq!(tables(&select), [("dibao", "d"), ("poor", "p"), ("tekun", "tekun")]);
    assert_eq!(names(select.functions()), ["COUNT"]);
    let y = select.columns().iter().find(|column| column.name == "y").unwrap();
    assert_eq!((y.alias.as_deref(), y.table.as_deref()), (Some("d"), Some("dibao")));
    assert_eq!(&select.text()[y.span.clone()], "y");
}

#[test]
fn tables_of_every_place_are_found() {
    let select = parse(
        "SELECT q.a FROM (SELECT x.a FROM one x) AS q, \"二\" AS z \
         WHERE q.a IN (SELECT y.a FROM three y) AND EXISTS (SELECT 1 FROM four) \
         UNION ALL (SELECT v.a FROM five v JOIN (six s JOIN seven t ON t.a = s.a) ON s.a = v.a)",
    );
    let all: Vec<&str> = select.table_names().collect();
    assert_eq!(all, ["one", "二", "three", "four", "five", "six", "seven"]);
    assert_eq!(&select.text()[select.tables()[1].span.clone()], "\"二\"");
}

#[test]
fn a_name_of_with_hides_a_table_behind_it_only() {
    let select = parse(
        "WITH a AS (SELECT b.x FROM b), b AS (SELECT a.x FROM a) \
         SELECT b.x, c.x FROM b JOIN (WITH c AS (SELECT 1 AS x) SELECT c.x FROM c) AS d ON d.x = b.x JOIN c ON c.x = b.x",
    );
    assert_eq!(tables(&select), [("b", "b"), ("c", "c")]);
    let of_tables = select.columns().iter().filter(|column| column.table.is_some());
    let of_tables: Vec<_> = of_tables.map(|column| column.span.start).collect();
    let shown: Vec<&str> = of_tables.iter().map(|at| &select.text()[at - 2..at + 1]).collect();
    assert_eq!(shown, ["b.x", "c.x", "c.x"]);
}

#[test]
fn an_alias_stands_for_the_table_of_the_select_around() {
    let select = parse(
        "SELECT p.a FROM one p WHERE p.b IN (SELECT p.c FROM two p WHERE p.d = 1) \
         UNION ALL SELECT p.e FROM (SELECT z.f FROM three z) AS p",
    );
    let of = |name: &str| select.columns().iter().find(|c| c.name == name).unwrap().table.clone();
    let of = ["a", "b", "c", "d", "e", "f"].map(of);
    let expected = [Some("one"), Some("one"), Some("two"), Some("two"), None, Some("three")];
    assert_eq!(of.map(|table| table.unwrap_or_default()), expected.map(|table| table.unwrap_or_default()));
}

#[test]
fn functions_with_a_syntax_of_their_own_and_those_that_are_tables_are_found() {
    for (sql, expected) in [
        ("SELECT EXTRACT(YEAR FROM a.d) FROM a", "EXTRACT"),
        ("SELECT TRIM(a.d), UPPER(a.d) FROM a", "TRIM UPPER"),
        ("SELECT SUBSTRING(a.d, 1, 2) FROM a", "SUBSTRING"),
        ("SELECT SUBSTR(a.d, 1, 2) FROM a", "SUBSTR"),
        ("SELECT TRY_CAST(a.d AS INTEGER), CAST(a.d AS INTEGER) FROM a", "TRY_CAST"),
        ("SELECT FLOOR(a.d) + CEIL(a.d) FROM a", "FLOOR CEIL"),
        ("SELECT POSITION('x' IN a.d) FROM a", "POSITION"),
        ("SELECT c.x FROM read_csv('/etc/passwd') AS c", "read_csv"),
        ("SELECT u.x FROM UNNEST(a) AS u", "UNNEST"),
        ("SELECT ROW_NUMBER() OVER (PARTITION BY a.x ORDER BY a.y) AS n FROM a", "ROW_NUMBER"),
        ("SELECT \"count\"(a.x) AS n FROM a WHERE NOT (a.x) IN (1)", "count"),
    ] {
        let select = parse(sql);
        assert_eq!(names(select.functions()).join(" "), expected, "{sql}");
        for function in select.functions() {
            let written = select.text()[function.span.clone()].replace('"', "");
            assert_eq!(written, function.name, "{sql}");
        }
    }
    assert!(parse("SELECT c.x FROM read_csv('/etc/passwd') AS c").tables().is_empty());
}

#[test]
fn what_the_engines_do_not_run_alike_is_found_at_its_place() {
    use UnportableForm::{EveryColumn, NaturalJoin, Placeholder, ScalarSubquery};
    for (sql, kind, before) in [
        ("SELECT * FROM a", EveryColumn, "SELECT "),
        ("SELECT a.* FROM a", EveryColumn, "SELECT a."),
        ("SELECT COUNT(a.*) FROM a", EveryColumn, "SELECT "),
        ("SELECT b.x FROM (SELECT * FROM a) AS b", EveryColumn, "SELECT b.x FROM (SELECT "),
        ("SELECT a.x FROM a UNION ALL TABLE b", EveryColumn, "SELECT a.x FROM a UNION ALL "),
        (
            "SELECT b.x FROM b WHERE b.y = (SELECT MAX(a.y) FROM a)",
            ScalarSubquery,
            "SELECT b.x FROM b WHERE b.y = (",
        ),
        ("SELECT (SELECT MAX(a.y) FROM a) AS y FROM b", ScalarSubquery, "SELECT ("),
        ("SELECT a.x FROM a NATURAL JOIN b", NaturalJoin, "SELECT a.x FROM a NATURAL JOIN "),
        ("SELECT a.x FROM a WHERE a.x = ?", Placeholder, "SELECT a.x FROM a WHERE a.x = "),
        ("SELECT a.x FROM a WHERE a.x = $1", Placeholder, "SELECT a.x FROM a WHERE a.x = "),
    ] {
        let select = parse(sql);
        let found: Vec<_> = select.unportable().iter().map(|form| (form.kind, form.span.start)).collect();
        assert_eq!(found, [(kind, before.len())], "{sql}");
    }
    let fine = parse(
        "SELECT COUNT(*) AS n, 2 * 3 AS m FROM a, (SELECT b.x FROM b) AS c \
         WHERE a.x IN (SELECT b.x FROM b) AND EXISTS (SELECT 1 FROM b)",
    );
    assert_eq!(fine.unportable(), []);
}

#[test]
fn places_are_bytes_whatever_stands_before() {
    let select = parse("SELECT d.甲,\r\n\t'文字' AS 乙 -- 注\r\nFROM \"城乡 低保\" d\nWHERE d.丙 > 1");
    let words: Vec<&str> = select.columns().iter().map(|c| &select.text()[c.span.clone()]).collect();
    assert_eq!(words, ["甲", "丙"]);
    let table = &select.tables()[0];
    assert_eq!((table.name.as_str(), &select.text()[table.span.clone()]), ("城乡 低保", "\"城乡 低保\""));
    assert_eq!(select.find("FROM").map(|span| &select.text()[span]), Some("FROM"));
}
