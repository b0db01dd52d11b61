//! Tests of what is said to decide a finding, on SELECTs made up for it and on the shipped rules.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::column_type::ColumnType::Text;
use crate::rules::sql::ParsedSelect;
use crate::rules::sql::lineage::{Lineage, Traced, TracedTable, TracedTables, ViewColumn};

mod perturbed;
mod shipped;

/// Views `a`, `b` and `c`, with columns of the same names.
fn tables() -> TracedTables {
    let columns: Vec<_> = ["id", "k", "m", "n", "p", "q"].map(|name| (name.to_owned(), Text)).into();
    ["a", "b", "c"].map(|view| (view.to_owned(), Ok(Arc::new(TracedTable::view(view, &columns))))).into()
}

fn lineage(sql: &str, indicator: bool) -> Traced<Lineage> {
    let select = ParsedSelect::parse(sql).unwrap();
    Lineage::trace(&select, &tables(), indicator)
}

fn words(columns: &BTreeSet<ViewColumn>) -> String {
    columns.iter().map(|(view, column)| format!("{view}.{column}")).collect::<Vec<_>>().join(" ")
}

/// What is said of a SELECT, and tried on rows.
#[track_caller]
fn traced(sql: &str, deciding: &str, shown: &str) {
    perturbed::check(sql, &told(sql, deciding, shown));
}

/// As [`traced`], of a SELECT that the engine does not run.
#[track_caller]
fn told(sql: &str, deciding: &str, shown: &str) -> Lineage {
    let found = lineage(sql, false).unwrap();
    assert_eq!((words(&found.deciding).as_str(), words(&found.shown).as_str()), (deciding, shown), "{sql}");
    found
}

#[track_caller]
fn untraced(sql: &str, reason: &str) {
    let found = lineage(sql, false).unwrap_err();
    assert!(found.contains(reason), "{sql}: {found}");
}

#[test]
fn conditions_and_the_subject_decide_and_the_message_is_shown() {
    traced(
        "SELECT a.id AS subject_id, a.m AS evidence, a.p AS words FROM a WHERE a.k = 1",
        "a.id a.k",
        "a.m a.p",
    );
    traced("SELECT id AS subject_id, p AS rule_key, id AS evidence FROM a", "a.id a.p", "");
    traced(
        "SELECT x.id AS subject_id, x.p || '、' || COALESCE(x.q, '') AS words FROM a x",
        "a.id",
        "a.p a.q",
    );
    traced(
        "SELECT x.id AS subject_id, x.p AS q FROM a x WHERE x.k BETWEEN x.m AND 3 OR NOT (x.n IS NULL)",
        "a.id a.k a.m a.n",
        "a.p",
    );
    // What decides is not said to be merely shown.
    traced("SELECT a.id AS subject_id, a.k AS words FROM a WHERE a.k IN (2, 3)", "a.id a.k", "");
    traced(
        "SELECT 'x' AS subject_id, a.m AS evidence_order FROM a WHERE a.p LIKE '%1' AND CAST(a.n AS BIGINT) > 0",
        "a.n a.p",
        "a.m",
    );
}

#[test]
fn joins_decide_by_what_they_compare() {
    for join in ["JOIN", "LEFT JOIN", "FULL JOIN", "INNER JOIN", "LEFT OUTER JOIN"] {
        traced(
            &format!("SELECT a.id AS subject_id, b.m AS words FROM a {join} b ON b.k = a.k AND b.n = a.n"),
            "a.id a.k a.n b.k b.n",
            "b.m",
        );
    }
    traced("SELECT b.id AS subject_id, a.m AS words FROM a RIGHT JOIN b ON b.k = a.k", "a.k b.id b.k", "a.m");
    for join in ["SEMI JOIN", "ANTI JOIN", "LEFT SEMI JOIN", "LEFT ANTI JOIN"] {
        traced(
            &format!("SELECT a.id AS subject_id, m AS words FROM a {join} b ON b.k = a.m"),
            "a.id a.m b.k",
            "",
        );
    }
    told(
        "SELECT b.id AS subject_id, m AS words FROM a RIGHT SEMI JOIN b ON b.k = a.k",
        "a.k b.id b.k",
        "b.m",
    );
    traced("SELECT a.id AS subject_id, b.m AS words FROM a CROSS JOIN b", "a.id", "b.m");
    traced("SELECT a.id AS subject_id, b.m AS words FROM a, b WHERE a.k = b.k", "a.id a.k b.k", "b.m");
    traced("SELECT a.id AS subject_id, b.m AS words FROM a JOIN b USING (k)", "a.id a.k b.k", "b.m");
    told(
        "SELECT a.id AS subject_id, c.m AS words FROM a JOIN (b JOIN c ON c.n = b.n) ON b.k = a.k",
        "a.id a.k b.k b.n c.n",
        "c.m",
    );
    // A name that several tables have may mean each of them.
    told("SELECT a.id AS subject_id, m AS words FROM a JOIN b ON b.k = a.k", "a.id a.k b.k", "a.m b.m");
}

#[test]
fn a_case_decides_by_its_conditions_and_shows_its_results() {
    traced(
        "SELECT a.id AS subject_id, CASE WHEN a.k = 1 THEN a.m ELSE a.n END AS words FROM a",
        "a.id a.k",
        "a.m a.n",
    );
    traced("SELECT a.id AS subject_id, CASE a.k WHEN 1 THEN a.m END AS words FROM a", "a.id a.k", "a.m");
    traced(
        "SELECT a.id AS subject_id, a.m AS words FROM a WHERE CASE WHEN a.k = 1 THEN a.n END = 2",
        "a.id a.k a.n",
        "a.m",
    );
    // Which record is named first is no decision.
    traced(
        "SELECT a.id AS subject_id, CASE WHEN a.k = 1 THEN 0 ELSE 1 END AS evidence_order FROM a",
        "a.id",
        "a.k",
    );
}

#[test]
fn groups_decide_where_something_is_computed_of_them() {
    traced(
        "SELECT a.k AS subject_id, COUNT(*) AS words, MIN(a.m) AS evidence FROM a GROUP BY a.k HAVING SUM(a.n) > 3",
        "a.k a.n",
        "a.m",
    );
    traced("SELECT MIN(a.id) AS subject_id, MAX(a.m) AS words FROM a GROUP BY a.k", "a.id a.k", "a.m");
    traced("SELECT COUNT(*) AS subject_id, MAX(a.m) AS words FROM a WHERE a.n = 1", "a.n", "a.m");
    // By the place or the name of a column of the SELECT.
    traced(
        "SELECT a.k AS subject_id, a.p AS rule_key, COUNT(a.m) AS words FROM a GROUP BY 1, 2",
        "a.k a.p",
        "a.m",
    );
    traced("SELECT a.k + 1 AS subject_id, COUNT(a.m) AS words FROM a GROUP BY subject_id", "a.k", "a.m");
    traced("SELECT a.k AS subject_id FROM a GROUP BY a.k HAVING COUNT(DISTINCT a.m) > 2", "a.k a.m", "");
    // What only makes more groups of the same subject decides nothing, until the groups are counted.
    traced("SELECT a.k AS subject_id, a.p AS words FROM a GROUP BY a.k, a.p", "a.k", "a.p");
    traced(
        "WITH g AS (SELECT a.k, a.p, MIN(a.m) AS least FROM a GROUP BY a.k, a.p) \
         SELECT g.k AS subject_id FROM g GROUP BY g.k HAVING COUNT(*) > 2",
        "a.k a.p",
        "",
    );
}

#[test]
fn what_is_told_apart_decides_where_rows_are_counted() {
    traced("SELECT DISTINCT a.k AS subject_id, a.p AS words FROM a", "a.k", "a.p");
    for once in [
        "SELECT DISTINCT a.k, a.p, a.m FROM a",
        "SELECT a.k, a.p, a.m FROM a UNION SELECT a.k, a.p, a.m FROM a",
    ] {
        traced(&format!("WITH once AS ({once}) SELECT once.k AS subject_id FROM once"), "a.k", "");
        traced(
            &format!(
                "WITH once AS ({once}) SELECT once.k AS subject_id FROM once GROUP BY once.k HAVING COUNT(*) > 7"
            ),
            "a.k a.m a.p",
            "",
        );
        traced(
            &format!(
                "WITH once AS ({once}) SELECT x.k AS subject_id FROM (SELECT once.k, \
                 ROW_NUMBER() OVER (PARTITION BY once.k ORDER BY once.k) AS place FROM once) AS x WHERE x.place = 7"
            ),
            "a.k a.m a.p",
            "",
        );
        // The least is the same however often it is there.
        traced(
            &format!(
                "WITH once AS ({once}) SELECT once.k AS subject_id FROM once GROUP BY once.k HAVING MIN(once.m) < 1"
            ),
            "a.k a.m",
            "",
        );
        // A filter asks whether there is a row, not how many.
        traced(
            &format!(
                "WITH once AS ({once}) SELECT b.k AS subject_id FROM b SEMI JOIN once ON once.k = b.k \
                 GROUP BY b.k HAVING COUNT(*) > 7"
            ),
            "a.k b.k",
            "",
        );
    }
    told("SELECT DISTINCT ON (a.k) a.k AS subject_id, a.p AS words FROM a", "a.k a.p", "");
}

#[test]
fn windows_decide_by_their_keys_and_order() {
    traced(
        "SELECT x.id AS subject_id, x.p AS words FROM \
         (SELECT a.id, a.p, ROW_NUMBER() OVER (PARTITION BY a.k ORDER BY a.id) AS place FROM a) AS x WHERE x.place = 1",
        "a.id a.k",
        "a.p",
    );
    traced("SELECT a.id AS subject_id, SUM(a.m) OVER (PARTITION BY a.k) AS words FROM a", "a.id a.k", "a.m");
    // A window that nobody looks at decides nothing.
    traced(
        "SELECT x.id AS subject_id FROM (SELECT a.id, RANK() OVER (ORDER BY a.m) AS place FROM a) AS x",
        "a.id",
        "",
    );
    told(
        "SELECT a.id AS subject_id, a.m AS words FROM a QUALIFY RANK() OVER (ORDER BY a.k) = 1",
        "a.id a.k",
        "a.m",
    );
}

#[test]
fn set_operations_and_limits_decide() {
    traced(
        "SELECT a.id AS subject_id, a.p AS words FROM a WHERE a.k = 1 \
         UNION ALL SELECT b.id AS subject_id, b.q AS words FROM b WHERE b.n = 2",
        "a.id a.k b.id b.n",
        "a.p b.q",
    );
    // By place, whatever the name.
    traced(
        "SELECT a.id AS subject_id, a.p AS words FROM a UNION ALL SELECT b.m, b.q FROM b",
        "a.id b.m",
        "a.p b.q",
    );
    for operation in ["EXCEPT", "INTERSECT"] {
        traced(
            &format!("SELECT a.k AS subject_id, a.m AS words FROM a {operation} SELECT b.k, b.m FROM b"),
            "a.k a.m b.k b.m",
            "",
        );
    }
    traced(
        "SELECT a.id AS subject_id, a.m AS words, a.n AS evidence FROM a ORDER BY a.k, words LIMIT 9",
        "a.id a.k a.m a.n",
        "",
    );
    traced("SELECT a.id AS subject_id, a.m AS words FROM a ORDER BY 1", "a.id", "a.m");
    told("SELECT a.id AS subject_id, a.m AS words FROM a OFFSET 3", "a.id a.m", "");
    told("SELECT a.id AS subject_id, a.m AS words FROM a FETCH FIRST 3 ROWS ONLY", "a.id a.m", "");
}

#[test]
fn subqueries_decide_by_their_rows() {
    for within in ["IN", "NOT IN"] {
        traced(
            &format!(
                "SELECT a.id AS subject_id, a.m AS words FROM a WHERE a.k {within} (SELECT b.n FROM b WHERE b.p = 'x1' AND b.n < 2)"
            ),
            "a.id a.k b.n b.p",
            "a.m",
        );
    }
    told(
        "SELECT a.id AS subject_id, a.m AS words FROM a WHERE EXISTS (SELECT b.n FROM b WHERE b.p = 'x1')",
        "a.id b.p",
        "a.m",
    );
    told(
        "SELECT a.id AS subject_id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.n = a.k AND m = 1)",
        "a.id a.k b.m b.n",
        "",
    );
    told(
        "SELECT a.id AS subject_id, (SELECT MAX(b.m) FROM b WHERE b.p = 'x1') AS words FROM a",
        "a.id b.p",
        "b.m",
    );
    traced(
        "SELECT x.s AS subject_id, x.w AS words FROM (SELECT a.id AS s, a.m AS w, a.n FROM a WHERE a.k = 1) AS x",
        "a.id a.k",
        "a.m",
    );
}

#[test]
fn columns_are_followed_through_with_to_the_views() {
    traced(
        "WITH u AS (SELECT a.id AS s, a.m AS w, CASE WHEN a.k = 1 THEN a.n ELSE 0 END AS kind FROM a), \
         v AS (SELECT u.s, u.w AS \"词\", u.kind FROM u JOIN b ON b.id = u.s) \
         SELECT v.s AS subject_id, v.\"词\" AS words FROM v WHERE v.kind > 0",
        "a.id a.k a.n b.id",
        "a.m",
    );
    // What nobody reads of it is neither.
    traced(
        "WITH u AS (SELECT a.id, a.m, a.n FROM a) SELECT u.id AS subject_id, u.m AS words FROM u",
        "a.id",
        "a.m",
    );
}

#[test]
fn an_indicator_is_decided_by_all_it_yields() {
    let found =
        lineage("SELECT DISTINCT a.k AS county_code, a.m AS numerator, a.n AS more FROM a", true).unwrap();
    assert_eq!((words(&found.deciding).as_str(), words(&found.shown).as_str()), ("a.k a.m a.n", ""));
    // A row more or less changes the count.
    let sql = "WITH once AS (SELECT DISTINCT a.k, a.m FROM a) SELECT once.k AS county_code, 1 AS numerator FROM once";
    assert_eq!(words(&lineage(sql, true).unwrap().deciding), "a.k a.m");
    assert_eq!(words(&lineage(sql, false).unwrap().deciding), "");
}

#[test]
fn what_is_not_understood_is_said() {
    untraced("SELECT * FROM a", "SELECT *");
    untraced("SELECT a.* FROM a", "SELECT *");
    untraced("SELECT a.id FROM nowhere a", "nowhere is not known");
    untraced("SELECT a.nothing FROM a", "a.nothing is not known");
    untraced("SELECT z.id FROM a", "z.id is not known");
    untraced("SELECT nothing FROM a", "nothing is not known");
    untraced("SELECT a.id FROM a NATURAL JOIN b", "NATURAL");
    untraced("SELECT x.id FROM a x JOIN b x ON x.k = 1", "two tables");
    untraced("SELECT b.id FROM b JOIN (SELECT b.id FROM b) AS b ON b.id = 1", "two tables");
    untraced("WITH b AS (SELECT a.id FROM a) SELECT b.id FROM b", "two tables");
    untraced("WITH RECURSIVE u AS (SELECT a.id FROM a) SELECT u.id FROM u", "RECURSIVE");
    untraced("WITH u (p) AS (SELECT a.id FROM a) SELECT u.p FROM u", "renames");
    untraced("SELECT u.id FROM (WITH v AS (SELECT a.id FROM a) SELECT v.id FROM v) AS u", "WITH inside");
    untraced("SELECT x.s FROM a AS x (s)", "renamed");
    untraced("SELECT x.id FROM (SELECT a.id FROM a)", "without a name");
    untraced("SELECT a.id FROM read_csv('x') AS a", "no table");
    untraced("SELECT a.id FROM a GROUP BY ALL", "GROUP BY");
    untraced("SELECT a.id FROM a GROUP BY ROLLUP (a.id)", "not understood");
    untraced("SELECT a.id FROM a GROUP BY 3", "place");
    untraced("SELECT a.id FROM a UNION SELECT b.id, b.k FROM b", "different columns");
    untraced("SELECT a.id FROM a UNION ALL BY NAME SELECT b.id FROM b", "BY NAME");
    untraced("SELECT a.id FROM a LIMIT (SELECT MAX(b.k) FROM b)", "computed");
    untraced("SELECT RANK() OVER w AS n FROM a WINDOW w AS (ORDER BY a.k)", "unknown clause");
    untraced("SELECT a.id[1] FROM a", "not understood");
}
