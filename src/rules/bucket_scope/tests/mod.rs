use super::*;
use crate::model::column_type::ColumnType::Text;
use crate::rules::sql::ParsedSelect;
use crate::rules::view_catalogue::ViewCatalogue;

mod shipped;

/// Two sources `a` and `b` with a household number that is always filled, `c` without, and one
/// more, `empty_no`, that may be empty.
fn tables() -> ScopedTables {
    let columns = |names: &[&str]| names.iter().map(|n| ((*n).to_owned(), Text)).collect::<Vec<_>>();
    let source = |name: &str, names: &[&str]| (name.to_owned(), name.to_owned(), columns(names));
    let catalogue = ViewCatalogue::new(
        &[
            source("a", &["household_no", "empty_no", "township", "name"]),
            source("b", &["household_no", "guardian_person_id", "name"]),
            source("c", &["account_no", "name"]),
        ],
        columns(&["year"]),
    );
    let numbers = BTreeMap::from([("household_no".to_owned(), true), ("empty_no".to_owned(), false)]);
    catalogue.views.iter().map(|(name, view)| (name.clone(), view_table(name, view, &numbers))).collect()
}

fn scope(sql: &str) -> RuleScope {
    judge_scope(&ParsedSelect::parse(sql).unwrap(), &tables()).into()
}

#[track_caller]
fn local(sql: &str, keys: &[&str]) {
    let keys = keys.iter().map(|k| (*k).to_owned()).collect();
    assert_eq!(scope(sql), RuleScope::Local { keys }, "{sql}");
}

#[track_caller]
fn whole(sql: &str, reason: &str) {
    match scope(sql) {
        RuleScope::Whole(why) => assert!(why.contains(reason), "{sql}: {why}"),
        other => panic!("{sql}: {other:?}"),
    }
}

#[track_caller]
fn shared(sql: &str) {
    assert_eq!(scope(sql), RuleScope::Shared, "{sql}");
}

#[test]
fn a_row_is_looked_at_alone() {
    local(
        "SELECT x.person_id AS p, x.record_id, x.name || 'n' AS n FROM a x WHERE x.name LIKE 'n%'",
        &["p", "record_id"],
    );
    local("SELECT (x.person_id) AS p, COALESCE(x.person_id, '') AS q FROM a x", &["p"]);
    local(
        "SELECT person_id, household_no FROM a WHERE name IS NULL ORDER BY name",
        &["person_id", "household_no"],
    );
    local("SELECT x.name, UPPER(x.name) FROM c x", &[]);
    shared("SELECT q.year FROM parameter q");
    shared("SELECT MAX(q.year) FROM parameter q JOIN division d ON d.code = q.year");
    whole("SELECT * FROM a x", "*");
    whole("SELECT x.person_id FROM nowhere x", "not known");
    whole("SELECT x.person_id FROM a x LIMIT 3", "LIMIT");
    whole("SELECT SOMETHING(x.name) AS n FROM a x", "something()");
}

#[test]
fn local_tables_meet_by_keys_of_a_kind() {
    local(
        "SELECT x.record_id FROM a x JOIN b y ON y.person_id = x.person_id AND y.name <> x.name",
        &["record_id"],
    );
    local("SELECT y.record_id FROM a x JOIN b y ON x.person_id = y.guardian_person_id", &["record_id"]);
    local("SELECT x.name FROM a x JOIN b y ON y.household_no = x.empty_no", &[]);
    local("SELECT x.name FROM a x JOIN a_previous y ON y.household_no = x.household_no", &[]);
    whole("SELECT x.name FROM a x JOIN b y ON y.name = x.name", "y is joined by no key");
    whole("SELECT x.name FROM a x JOIN b y ON y.person_id = x.name", "no key");
    whole("SELECT x.name FROM a x JOIN b y ON y.person_id = x.household_id", "no key");
    whole("SELECT x.name FROM a x JOIN b y ON y.household_no = x.source_household_id", "no key");
    whole("SELECT x.name FROM a x JOIN a_previous y ON y.record_id = x.record_id", "no key");
    whole("SELECT x.name FROM a x JOIN b y ON y.person_id = x.person_id OR y.name = x.name", "no key");
    whole("SELECT x.name FROM a x JOIN b y ON y.person_id <> x.person_id", "no key");
    whole("SELECT x.name FROM a x JOIN b y ON UPPER(y.person_id) = UPPER(x.person_id)", "no key");
    whole("SELECT x.name FROM a x JOIN b y ON x.person_id = x.person_id", "no key");
    whole("SELECT x.name FROM a x JOIN b y USING (person_id)", "without ON");
    whole("SELECT x.name FROM a x CROSS JOIN b y", "no key");
    whole("SELECT x.name FROM a x, b y WHERE x.person_id = y.person_id", "no key");
    whole("SELECT x.name FROM a x JOIN b x ON x.person_id = x.person_id", "two tables");
    whole("SELECT x.name FROM a x JOIN b y ON y.person_id = x.person_id AND COUNT(*) = 1", "counted");
}

#[test]
fn shared_tables_are_kept_or_repeated_but_not_looked_for() {
    for join in [
        "JOIN parameter q ON q.year = x.name",
        "LEFT JOIN parameter q ON q.year = x.name",
        "CROSS JOIN parameter q",
    ] {
        local(&format!("SELECT x.person_id FROM a x {join}"), &["person_id"]);
    }
    local("SELECT x.person_id FROM a x SEMI JOIN division d ON d.code = x.name", &["person_id"]);
    local("SELECT x.person_id FROM a x, parameter q", &["person_id"]);
    local("SELECT x.person_id, d.code FROM division d JOIN a x ON x.name = d.code", &["person_id"]);
    local(
        "SELECT x.person_id FROM division d CROSS JOIN a x JOIN b y ON y.person_id = x.person_id",
        &["person_id"],
    );
    local("SELECT x.person_id FROM division d RIGHT JOIN a x ON x.name = d.code", &["person_id"]);
    for join in ["LEFT JOIN", "FULL JOIN", "ANTI JOIN", "SEMI JOIN"] {
        whole(&format!("SELECT d.code FROM division d {join} a x ON x.name = d.code"), "looked for");
    }
    whole("SELECT d.code FROM a x RIGHT JOIN division d ON x.name = d.code", "looked for");
}

#[test]
fn filters_and_outer_joins_need_a_key_too() {
    for join in
        ["LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "ANTI JOIN", "SEMI JOIN", "LEFT ANTI JOIN", "LEFT SEMI JOIN"]
    {
        local(
            &format!("SELECT x.person_id FROM a x {join} b y ON y.person_id = x.person_id"),
            &["person_id"],
        );
        whole(&format!("SELECT x.person_id FROM a x {join} b y ON y.name = x.name"), "no key");
    }
    whole("SELECT x.person_id FROM a x RIGHT ANTI JOIN b y ON y.person_id = x.person_id", "kind of JOIN");
    // What a filter looks at is gone afterwards.
    whole(
        "SELECT x.name FROM a x SEMI JOIN b y ON y.person_id = x.person_id JOIN b z ON z.person_id = y.person_id",
        "no key",
    );
}

#[test]
fn groups_lie_within_a_bucket() {
    local(
        "SELECT x.person_id, COUNT(*) AS n FROM a x GROUP BY x.person_id HAVING COUNT(*) > 1",
        &["person_id"],
    );
    local("SELECT x.township, COUNT(DISTINCT x.name) AS n FROM a x GROUP BY x.township, x.household_no", &[]);
    local("SELECT person_id FROM a GROUP BY person_id", &["person_id"]);
    whole("SELECT COUNT(*) AS n FROM a x", "all rows");
    whole("SELECT x.name FROM a x HAVING COUNT(*) > 1", "all rows");
    whole("SELECT x.township, COUNT(*) AS n FROM a x GROUP BY x.township", "GROUP BY without a key");
    whole("SELECT x.person_id FROM a x GROUP BY 1", "GROUP BY without a key");
    whole("SELECT UPPER(x.person_id) AS p FROM a x GROUP BY UPPER(x.person_id)", "GROUP BY without a key");
    whole("SELECT x.name AS person_id, COUNT(*) AS n FROM a x GROUP BY person_id", "GROUP BY without a key");
    whole("SELECT x.person_id FROM a x GROUP BY ALL", "list of columns");
    whole("SELECT x.person_id FROM a x WHERE x.name = MAX(x.name)", "WHERE");
    shared("SELECT d.level, COUNT(*) AS n FROM division d GROUP BY d.level");
}

#[test]
fn nulls_are_no_group_of_their_own() {
    for key in ["empty_no", "source_household_id"] {
        whole(&format!("SELECT x.{key}, COUNT(*) AS n FROM a x GROUP BY x.{key}"), "without a key");
        whole(&format!("SELECT DISTINCT x.{key} FROM a x"), "without a key");
        local(
            &format!("SELECT DISTINCT x.{key} FROM a x WHERE x.name = 'n' AND (x.{key} IS NOT NULL)"),
            &[key],
        );
        local(&format!("SELECT x.{key} FROM a x GROUP BY x.{key}, x.person_id"), &[key]);
    }
    whole(
        "SELECT DISTINCT x.empty_no FROM a x WHERE x.empty_no IS NOT NULL OR x.name = 'n'",
        "without a key",
    );
    // Last quarter's contract may have asked for less.
    whole("SELECT x.household_no, COUNT(*) AS n FROM a_previous x GROUP BY x.household_no", "without a key");
    whole("SELECT DISTINCT y.person_id FROM a x LEFT JOIN b y ON y.person_id = x.person_id", "without a key");
    whole(
        "SELECT DISTINCT x.person_id FROM a x RIGHT JOIN b y ON y.person_id = x.person_id",
        "without a key",
    );
    whole("SELECT DISTINCT x.person_id FROM a x FULL JOIN b y ON y.person_id = x.person_id", "without a key");
    whole("SELECT DISTINCT y.person_id FROM a x FULL JOIN b y ON y.person_id = x.person_id", "without a key");
    local("SELECT DISTINCT y.person_id FROM a x RIGHT JOIN b y ON y.person_id = x.person_id", &["person_id"]);
    local("SELECT DISTINCT x.person_id FROM a x LEFT JOIN b y ON y.person_id = x.person_id", &["person_id"]);
    // An inner join keeps only rows where both keys are filled.
    local("SELECT DISTINCT x.empty_no FROM a x JOIN b y ON y.household_no = x.empty_no", &["empty_no"]);
    whole(
        "SELECT DISTINCT x.empty_no FROM a x LEFT JOIN b y ON y.household_no = x.empty_no",
        "without a key",
    );
    // Null in a definition stays null in what reads it.
    whole(
        "WITH u AS (SELECT y.person_id FROM a x LEFT JOIN b y ON y.person_id = x.person_id) SELECT DISTINCT u.person_id FROM u",
        "without a key",
    );
    whole("SELECT DISTINCT p.household_id FROM person p", "without a key");
}

#[test]
fn rows_told_apart_by_a_key_are_told_apart_in_a_bucket() {
    local("SELECT DISTINCT x.person_id AS p, x.name FROM a x", &["p"]);
    whole("SELECT DISTINCT x.name FROM a x", "DISTINCT");
    whole("SELECT DISTINCT ON (x.person_id) x.person_id FROM a x", "DISTINCT ON");
    local("SELECT x.person_id AS p, 1 AS n FROM a x UNION ALL SELECT y.person_id, 2 AS n FROM b y", &["p"]);
    local("SELECT x.person_id FROM a x UNION ALL SELECT y.name FROM b y", &[]);
    local("SELECT x.person_id AS k FROM a x UNION ALL SELECT y.household_id FROM b y", &[]);
    local(
        "SELECT x.person_id FROM a x UNION SELECT y.guardian_person_id FROM b y WHERE y.guardian_person_id IS NOT NULL",
        &["person_id"],
    );
    whole("SELECT x.person_id FROM a x UNION SELECT y.guardian_person_id FROM b y", "UNION without ALL");
    whole("SELECT x.name FROM a x UNION SELECT y.name FROM b y", "UNION without ALL");
    whole("SELECT x.name FROM a x UNION ALL SELECT d.code FROM division d", "shared");
    whole("SELECT x.name FROM a x UNION ALL SELECT 'n' AS name", "shared");
    whole("SELECT x.person_id FROM a x EXCEPT SELECT y.person_id FROM b y", "EXCEPT");
    whole("SELECT x.person_id FROM a x INTERSECT SELECT y.person_id FROM b y", "INTERSECT");
    shared("SELECT d.code FROM division d UNION SELECT q.year FROM parameter q");
}

#[test]
fn windows_lie_within_a_bucket() {
    local(
        "SELECT x.person_id, ROW_NUMBER() OVER (PARTITION BY x.township, x.household_no ORDER BY x.name) AS n FROM a x",
        &["person_id"],
    );
    local("SELECT COUNT(*) OVER (PARTITION BY x.person_id) AS n FROM a x", &[]);
    for window in [
        "",
        "ORDER BY x.name",
        "PARTITION BY x.township",
        "PARTITION BY x.empty_no",
        "PARTITION BY person_id",
    ] {
        whole(&format!("SELECT ROW_NUMBER() OVER ({window}) AS n FROM a x"), "window without a key");
    }
    whole("SELECT RANK() OVER w AS n FROM a x WINDOW w AS (PARTITION BY x.person_id)", "unknown clause");
    whole(
        "SELECT x.person_id, SUM(COUNT(*)) OVER (PARTITION BY x.person_id) AS n FROM a x GROUP BY x.person_id",
        "window over groups",
    );
    whole("SELECT x.name FROM a x QUALIFY COUNT(*) OVER (PARTITION BY x.person_id) > 1", "unknown clause");
}

#[test]
fn subqueries_read_shared_tables_or_meet_by_a_key() {
    local("SELECT x.person_id FROM a x WHERE x.name IN (SELECT d.code FROM division d)", &["person_id"]);
    local("SELECT x.person_id, (SELECT MAX(q.year) FROM parameter q) AS year FROM a x", &["person_id"]);
    local("SELECT x.name FROM a x WHERE x.person_id NOT IN (SELECT y.person_id FROM b y)", &[]);
    whole(
        "SELECT x.name FROM a x WHERE x.person_id NOT IN (SELECT y.guardian_person_id FROM b y)",
        "subquery",
    );
    whole("SELECT x.name FROM a x WHERE x.empty_no NOT IN (SELECT y.household_no FROM b y)", "subquery");
    whole("SELECT x.name FROM a x WHERE x.name IN (SELECT y.name FROM b y)", "subquery");
    whole("SELECT x.name FROM a x WHERE x.person_id IN (SELECT MIN(y.person_id) FROM b y)", "all rows");
    whole(
        "SELECT x.name FROM a x WHERE EXISTS (SELECT 1 FROM b y WHERE y.person_id = x.person_id)",
        "subquery",
    );
    whole("SELECT (SELECT MAX(y.name) FROM b y) AS n FROM a x", "all rows");
    whole("SELECT q.year FROM parameter q WHERE q.year IN (SELECT y.name FROM b y)", "subquery");
}

#[test]
fn keys_pass_through_with_and_derived_tables() {
    local(
        "WITH u AS (SELECT x.person_id AS p, x.record_id FROM a x), v AS (SELECT DISTINCT u.p FROM u) \
         SELECT y.record_id AS subject_id FROM b y JOIN v ON v.p = y.person_id",
        &["subject_id"],
    );
    local(
        "SELECT u.p FROM (SELECT x.person_id AS p FROM a x) AS u ANTI JOIN b y ON y.person_id = u.p",
        &["p"],
    );
    // A name of WITH hides the table of that name, from there on.
    whole(
        "WITH b AS (SELECT x.name AS person_id FROM a x) SELECT x.name FROM a x JOIN b ON b.person_id = x.person_id",
        "no key",
    );
    whole(
        "SELECT x.name FROM a x JOIN (SELECT MIN(y.person_id) AS p FROM b y GROUP BY y.name) AS u ON u.p = x.person_id",
        "without a key",
    );
    whole("WITH RECURSIVE u AS (SELECT x.name FROM a x) SELECT u.name FROM u", "RECURSIVE");
    whole("WITH u (p) AS (SELECT x.name FROM a x) SELECT u.p FROM u", "renames");
    whole("SELECT u.n FROM (WITH v AS (SELECT x.name AS n FROM a x) SELECT v.n FROM v) AS u", "WITH inside");
    whole("SELECT x.n FROM a AS x (n)", "renamed");
}
