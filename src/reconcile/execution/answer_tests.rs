//! Certain and possible answers of small SELECTs against every world: all that the unknown cells may hold is tried, so
//! that what is only called possible is seen too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use polars::prelude::{Column, DataFrame};

use super::planner::SqlSession;
use crate::rules::sql::ParsedSelect;
use crate::rules::sql::certainty::{KnownTables, TableKnowledge};

/// A row of the view `a`: person, `k` and `m`; `None`: unknown.
type Row = (i64, Option<i64>, Option<i64>);

/// What an unknown cell may hold; -1 stands for a blank.
const WORLDS: [i64; 4] = [-1, 0, 1, 2];

fn subjects(sql: &str, rows: &[(i64, i64, i64)], unknown: &[(bool, bool)]) -> BTreeSet<i64> {
    let cells = |values: Vec<i64>| -> Vec<Option<i64>> {
        values.into_iter().map(|value| Some(value).filter(|value| *value >= 0)).collect()
    };
    let number = |name: &str, values: Vec<i64>| Column::new(name.into(), cells(values));
    let flags = |name: &str, of: fn(&(bool, bool)) -> bool| {
        Column::new(name.into(), unknown.iter().map(|one| i32::from(of(one))).collect::<Vec<i32>>())
    };
    let columns = vec![
        number("record_id", (0..rows.len() as i64).collect()),
        number("p", rows.iter().map(|row| row.0).collect()),
        number("k", rows.iter().map(|row| row.1).collect()),
        number("m", rows.iter().map(|row| row.2).collect()),
        flags("k__unknown", |one| one.0),
        flags("m__unknown", |one| one.1),
    ];
    let mut session = SqlSession::new();
    session.register("a", DataFrame::new(rows.len(), columns).unwrap());
    let found =
        session.select(&ParsedSelect::parse(sql).unwrap()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let subjects = found.column("subject_id").unwrap().i64().unwrap();
    (0..found.height()).filter_map(|row| subjects.get(row)).collect()
}

/// What a SELECT finds for certain and possibly, and what all worlds find and any.
struct Answered {
    certain: BTreeSet<i64>,
    possible: BTreeSet<i64>,
    in_all: BTreeSet<i64>,
    in_any: BTreeSet<i64>,
    texts: String,
}

/// Tries a SELECT in every world: certain is what all of them find; possible, what any finds.
#[track_caller]
fn exact(sql: &str, rows: &[Row]) {
    let Answered { certain, possible, in_all, in_any, texts } = answered(sql, rows);
    assert_eq!(certain, in_all, "certain: {texts}");
    assert_eq!(possible, in_any, "possible: {texts}");
}

/// Tries a SELECT in every world: what is certain all of them find; what any finds is possible.
#[track_caller]
fn sound(sql: &str, rows: &[Row]) {
    let Answered { certain, possible, in_all, in_any, texts } = answered(sql, rows);
    assert!(certain.is_subset(&in_all), "certain {certain:?} of {in_all:?}: {texts}");
    assert!(possible.is_superset(&in_any), "possible {possible:?} of {in_any:?}: {texts}");
}

/// The view `a`.
fn view() -> KnownTables {
    let names = ["record_id", "p", "k", "m"].map(str::to_owned).to_vec();
    let view = TableKnowledge::view(names, ["k", "m"].map(str::to_owned).into()).by_record();
    BTreeMap::from([("a".to_owned(), Ok(Arc::new(view)))])
}

#[track_caller]
fn answered(sql: &str, rows: &[Row]) -> Answered {
    let answers = ParsedSelect::parse(sql).unwrap().for_answers(&view()).unwrap().unwrap();
    assert!(!answers.outcome.unknown.contains("subject_id"), "{sql}: whom it is about may be unknown");
    let flags: Vec<(bool, bool)> = rows.iter().map(|row| (row.1.is_none(), row.2.is_none())).collect();
    let blank: Vec<(i64, i64, i64)> =
        rows.iter().map(|row| (row.0, row.1.unwrap_or(-1), row.2.unwrap_or(-1))).collect();
    let mut worlds = vec![blank.clone()];
    for (at, (k, m)) in flags.iter().enumerate() {
        for second in [false, true] {
            if if second { *m } else { *k } {
                let fill = |world: &Vec<(i64, i64, i64)>| {
                    WORLDS.map(|value| {
                        let mut world = world.clone();
                        *(if second { &mut world[at].2 } else { &mut world[at].1 }) = value;
                        world
                    })
                };
                worlds = worlds.iter().flat_map(fill).collect();
            }
        }
    }
    let known = vec![(false, false); rows.len()];
    let found: Vec<BTreeSet<i64>> = worlds.iter().map(|world| subjects(sql, world, &known)).collect();
    let in_any: BTreeSet<i64> = found.iter().flatten().copied().collect();
    let in_all: BTreeSet<i64> =
        in_any.iter().copied().filter(|one| found.iter().all(|world| world.contains(one))).collect();
    assert!(worlds.len() > 1 && in_any != in_all, "{sql}: nothing is open");
    Answered {
        certain: subjects(&answers.certain, &blank, &flags),
        possible: subjects(&answers.possible, &blank, &flags),
        in_all,
        in_any,
        texts: format!("{}\n\n{}", answers.certain, answers.possible),
    }
}

#[test]
fn a_row_that_meets_itself_does_not_differ_from_itself() {
    for unequal in ["x.k <> y.k", "x.k < y.k", "y.k > x.k"] {
        exact(
            &format!("SELECT x.p AS subject_id FROM a x JOIN a y ON y.p = x.p WHERE {unequal}"),
            &[
                (1, None, Some(0)),
                (2, None, Some(0)),
                (2, Some(1), Some(0)),
                (3, Some(1), Some(0)),
                (3, Some(2), Some(0)),
            ],
        );
    }
    // Another column of the same row may be another.
    exact(
        "SELECT x.p AS subject_id FROM a x JOIN a y ON y.p = x.p WHERE x.k <> y.m",
        &[(1, None, Some(0)), (2, Some(1), Some(0)), (3, Some(0), Some(0))],
    );
}

#[test]
fn the_greatest_that_there_can_be_is_exceeded_by_nothing() {
    let rows = [
        (1, Some(1), Some(1)),
        (1, None, Some(1)),
        (2, Some(0), Some(1)),
        (2, None, Some(1)),
        (3, Some(0), Some(1)),
        (4, Some(1), Some(1)),
        (4, Some(0), None),
        (5, Some(0), Some(1)),
        (5, Some(1), None),
    ];
    let top = "MAX(CASE WHEN a.k = 1 THEN 1 ELSE 0 END) AS top";
    exact(
        &format!(
            "WITH g AS (SELECT a.p, {top} FROM a WHERE a.m = 1 GROUP BY a.p) SELECT g.p AS subject_id FROM g WHERE g.top = 0"
        ),
        &rows,
    );
    exact(
        &format!(
            "WITH g AS (SELECT a.p, {top} FROM a WHERE a.m = 1 GROUP BY a.p) SELECT g.p AS subject_id FROM g WHERE g.top = 1"
        ),
        &rows,
    );
    // The range is known of a column of another table, too; and the least of MIN.
    exact(
        "WITH h AS (SELECT a.p, CASE WHEN a.k = 1 THEN 0 ELSE 1 END AS low FROM a WHERE a.m = 1), \
         g AS (SELECT h.p, MIN(h.low) AS least FROM h GROUP BY h.p) SELECT g.p AS subject_id FROM g WHERE g.least = 1",
        &rows,
    );
}

#[test]
fn no_more_rows_are_counted_than_there_may_be() {
    let rows = [
        (1, Some(1), None),
        (2, Some(1), None),
        (2, Some(1), Some(1)),
        (3, Some(1), Some(1)),
        (3, Some(2), Some(1)),
        (4, Some(1), Some(0)),
    ];
    for counted in ["COUNT(*) AS n", "COUNT(a.p) AS n"] {
        let grouped = format!("WITH g AS (SELECT a.p, {counted} FROM a WHERE a.m = 1 GROUP BY a.p)");
        exact(&format!("{grouped} SELECT g.p AS subject_id FROM g WHERE g.n > 1"), &rows);
        exact(
            &format!("{grouped} SELECT a.p AS subject_id FROM a LEFT JOIN g ON g.p = a.p WHERE g.n >= 2"),
            &rows,
        );
    }
    // Where it is asked whether there are not more, rows that may be there count.
    exact(
        "WITH g AS (SELECT a.p, COUNT(*) AS n FROM a WHERE a.m = 1 GROUP BY a.p) \
         SELECT g.p AS subject_id FROM g WHERE NOT (g.n > 1)",
        &[
            (1, Some(1), None),
            (2, Some(1), Some(1)),
            (2, Some(1), None),
            (3, Some(1), Some(1)),
            (3, Some(2), Some(1)),
            (4, Some(1), Some(1)),
        ],
    );
}

#[test]
fn a_row_that_may_be_met_beside_one_that_is_settles_nothing() {
    // Everybody meets a row for certain; what else he may meet counts, too.
    let rows = [
        (1, Some(0), Some(1)),
        (1, Some(1), None),
        (2, Some(1), Some(1)),
        (2, Some(0), None),
        (3, Some(0), Some(1)),
    ];
    let met = "WITH e AS (SELECT a.p, a.k FROM a WHERE a.m = 1), \
               g AS (SELECT x.p, MAX(CASE WHEN e.k = 1 THEN 1 ELSE 0 END) AS top, COUNT(*) AS n \
               FROM a x LEFT JOIN e ON e.p = x.p GROUP BY x.p) SELECT g.p AS subject_id FROM g";
    exact(&format!("{met} WHERE g.top = 0"), &rows);
    exact(&format!("{met} WHERE g.top = 1"), &rows);
    exact(&format!("{met} WHERE g.n > 2"), &rows);
    // One row at most is met of those that are told apart by what they are met by.
    let once = "WITH e AS (SELECT DISTINCT a.p FROM a WHERE a.m = 1), \
                g AS (SELECT x.p, COUNT(*) AS n, COUNT(e.p) AS met FROM a x LEFT JOIN e ON e.p = x.p GROUP BY x.p) \
                SELECT g.p AS subject_id FROM g";
    exact(
        &format!("{once} WHERE g.met = 1"),
        &[(1, Some(0), None), (2, Some(0), Some(1)), (3, Some(0), Some(0))],
    );
}

#[test]
fn rows_that_meet_by_an_unknown_cell_may_meet_anybody() {
    let rows = [(1, Some(0), Some(1)), (2, Some(1), None), (3, None, Some(2)), (4, Some(2), Some(0))];
    let joined = "SELECT x.p AS subject_id FROM a x JOIN a y ON y.k = x.m";
    exact(joined, &rows);
    exact(
        &format!("{joined} WHERE y.p = x.p"),
        &[(1, Some(0), Some(0)), (2, Some(1), None), (3, Some(1), Some(2))],
    );
    // Nobody may be met whom WHERE leaves out.
    exact(
        &format!("{joined} WHERE y.p < 3"),
        &[(1, Some(0), Some(0)), (2, Some(1), Some(2)), (3, None, Some(1)), (4, Some(1), None)],
    );
    // The rows that met, met by others.
    let twice = "WITH j AS (SELECT x.p AS one, y.p AS two, y.m FROM a x JOIN a y ON y.k = x.m)";
    for rest in [
        "SELECT j.one AS subject_id FROM j WHERE j.one <> j.two",
        "SELECT j.one AS subject_id FROM j JOIN a z ON z.k = j.m WHERE z.p > 1",
        "SELECT j.one AS subject_id FROM j JOIN a z ON z.p = j.two WHERE z.m = 2",
        "SELECT j.one AS subject_id FROM j LEFT JOIN a z ON z.k = j.m WHERE z.p IS NULL",
        "SELECT x.p AS subject_id FROM a x LEFT JOIN j ON j.one = x.p WHERE j.one IS NULL",
        "SELECT x.p AS subject_id FROM a x ANTI JOIN j ON j.one = x.p",
    ] {
        sound(&format!("{twice} {rest}"), &rows);
    }
    sound(
        &format!(
            "{twice}, g AS (SELECT j.one AS who, COUNT(*) AS n FROM j GROUP BY j.one) \
             SELECT g.who AS subject_id FROM g WHERE g.n > 1"
        ),
        &rows,
    );
    // Whoever is met only by another's unknown cell stands for nobody by himself.
    let met = ParsedSelect::parse("SELECT y.p AS subject_id FROM a x JOIN a y ON y.k = x.m").unwrap();
    assert!(met.for_answers(&view()).unwrap().unwrap().outcome.unknown.contains("subject_id"));
}

#[test]
fn whoever_is_missing_may_be_met_by_an_unknown_cell() {
    let rows = [(1, Some(0), Some(1)), (2, Some(1), None), (3, None, Some(2)), (4, Some(0), Some(0))];
    let blank = [(1, Some(0), Some(1)), (2, None, Some(-1)), (3, Some(1), Some(2)), (4, Some(0), Some(1))];
    let missing = "SELECT x.p AS subject_id FROM a x LEFT JOIN a y ON y.k = x.m WHERE y.k IS NULL";
    let anti = "SELECT x.p AS subject_id FROM a x ANTI JOIN a y ON y.k = x.m";
    let semi = "SELECT x.p AS subject_id FROM a x SEMI JOIN a y ON y.k = x.m";
    for sql in [missing, anti, semi] {
        // Whom somebody meets for certain is not missing, whatever the others have.
        exact(sql, &rows);
        // Whoever has a blank meets nobody.
        exact(sql, &blank);
    }
    for rows in [&rows[..], &blank[..]] {
        sound("SELECT x.p AS subject_id FROM a x LEFT JOIN a y ON y.k = x.m WHERE y.p < 3", rows);
        sound(
            "SELECT x.p AS subject_id FROM a x LEFT JOIN a y ON y.k = x.m WHERE y.p IS NULL OR y.m = 1",
            rows,
        );
    }
    sound("SELECT x.p AS subject_id FROM a x ANTI JOIN a y ON y.k = x.m AND y.p = x.p", &rows);
    let some = "WITH s AS (SELECT a.k FROM a WHERE a.m = 1)";
    sound(&format!("{some} SELECT x.p AS subject_id FROM a x ANTI JOIN s ON s.k = x.m"), &rows);
    sound(
        &format!("{some} SELECT x.p AS subject_id FROM a x LEFT JOIN s ON s.k = x.m WHERE s.k IS NULL"),
        &rows,
    );
}

#[test]
fn a_row_of_an_unknown_group_may_be_of_any() {
    let rows = [
        (1, Some(0), Some(1)),
        (2, Some(0), Some(1)),
        (3, None, Some(1)),
        (4, Some(1), Some(1)),
        (5, Some(2), Some(0)),
    ];
    let shared = "WITH g AS (SELECT a.k, COUNT(DISTINCT a.p) AS n FROM a WHERE a.m = 1 GROUP BY a.k) \
                  SELECT x.p AS subject_id FROM a x JOIN g ON g.k = x.k WHERE x.m = 1 AND";
    // Who shares with somebody, does whatever the third has.
    exact(&format!("{shared} g.n > 1"), &rows);
    sound(&format!("{shared} g.n > 2"), &rows);
    sound(&format!("{shared} g.n = 1"), &rows);
    sound(&format!("{shared} NOT (g.n > 1)"), &rows);
    // Of another person nothing is in doubt.
    let of_two = [
        (1, Some(0), Some(0)),
        (1, None, Some(0)),
        (2, Some(1), Some(0)),
        (2, Some(1), Some(0)),
        (3, Some(1), Some(0)),
        (4, None, Some(0)),
        (4, None, Some(0)),
    ];
    let keyed = "WITH g AS (SELECT a.p, a.k, COUNT(*) AS n FROM a GROUP BY a.p, a.k)";
    exact(&format!("{keyed} SELECT g.p AS subject_id FROM g WHERE g.n > 1"), &of_two);
    // How many groups there are of one person.
    sound(
        &format!(
            "{keyed}, h AS (SELECT g.p, COUNT(*) AS n FROM g GROUP BY g.p) SELECT h.p AS subject_id FROM h WHERE h.n > 1"
        ),
        &of_two,
    );
    sound(
        "WITH g AS (SELECT a.k, MIN(a.p) AS first FROM a GROUP BY a.k HAVING COUNT(*) > 1) \
         SELECT x.p AS subject_id FROM a x JOIN g ON g.k = x.k",
        &rows,
    );
}

#[test]
fn rows_that_differ_in_an_unknown_cell_may_be_one() {
    let rows = [
        (1, Some(1), Some(1)),
        (1, None, Some(1)),
        (2, Some(0), Some(1)),
        (2, Some(1), Some(1)),
        (2, Some(1), Some(0)),
        (3, None, Some(1)),
        (4, Some(2), None),
    ];
    let distinct = "SELECT DISTINCT a.p, a.k FROM a WHERE a.m = 1";
    let union = "SELECT a.p, a.k FROM a WHERE a.m = 1 UNION SELECT a.p, a.k FROM a WHERE a.k = 1";
    let passed = "SELECT x.p FROM (SELECT DISTINCT a.p, a.k FROM a WHERE a.m = 1) AS x";
    for list in [distinct, union] {
        for (count, condition) in [
            ("COUNT(*)", "n > 1"),
            ("COUNT(*)", "n = 1"),
            ("COUNT(*)", "NOT (h.n > 1)"),
            ("COUNT(g.k)", "n >= 2"),
            ("SUM(g.p)", "n > h.p"),
            ("COUNT(DISTINCT g.k)", "n > 1"),
        ] {
            let condition =
                if condition.starts_with('n') { format!("h.{condition}") } else { condition.to_owned() };
            sound(
                &format!(
                    "WITH g AS ({list}), h AS (SELECT g.p, {count} AS n FROM g GROUP BY g.p) \
                     SELECT h.p AS subject_id FROM h WHERE {condition}"
                ),
                &rows,
            );
        }
        // Who is there is known all the same.
        exact(&format!("WITH g AS ({list}) SELECT DISTINCT g.p AS subject_id FROM g"), &rows);
    }
    let counted = format!(
        "WITH g AS ({passed}), h AS (SELECT g.p, COUNT(*) AS n FROM g GROUP BY g.p) \
         SELECT h.p AS subject_id FROM h WHERE h.n > 1"
    );
    ParsedSelect::parse(&counted).unwrap().for_answers(&view()).unwrap_err();
}
