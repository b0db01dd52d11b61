//! What is said of a SELECT is tried on rows: whatever stands in the columns that do not decide, the
//! same subjects and keys come out.

use polars::prelude::{AnyValue, Column, DataFrame};

use super::*;
use crate::reconcile::execution::planner::SqlSession;

const ROWS: usize = 60;

/// Numbers that look like none in particular.
struct CellDice(u64);

impl CellDice {
    fn roll(&mut self, sides: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % sides).unwrap()
    }
}

/// What the cells of a column become.
#[derive(Clone, Copy)]
enum CellChange {
    None,
    Null,
    Constant,
    Others,
}

/// One of the views: a number of its own in each row, numbers and texts that are met again, and gaps.
fn view(name: &str, change: impl Fn(&str, &str) -> CellChange) -> DataFrame {
    let cells = |column: &str| -> Vec<Option<i64>> {
        let seed = name.bytes().chain(column.bytes()).fold(7, |all, byte| all * 31 + u64::from(byte));
        let (mut dice, change) = (CellDice(seed), change(name, column));
        let cell = |row: i64| {
            let (gap, value, other) = (dice.roll(9) == 0, dice.roll(4), dice.roll(4));
            match change {
                CellChange::Null => None,
                CellChange::Constant => Some(2),
                CellChange::Others => Some(other),
                CellChange::None if column == "id" => Some(row),
                CellChange::None => Some(value).filter(|_| !gap),
            }
        };
        (0..ROWS as i64).map(cell).collect()
    };
    let numbers = ["id", "k", "m", "n"].map(|column| Column::new(column.into(), cells(column)));
    let texts = ["p", "q"].map(|column| {
        let texts = cells(column).into_iter().map(|cell| cell.map(|number| format!("x{number}")));
        Column::new(column.into(), texts.collect::<Vec<_>>())
    });
    DataFrame::new(ROWS, numbers.into_iter().chain(texts).collect()).unwrap()
}

/// Subjects and keys that a SELECT yields of rows changed so.
fn subjects(sql: &str, change: impl Fn(&str, &str) -> CellChange) -> BTreeSet<String> {
    let mut session = SqlSession::new();
    for name in ["a", "b", "c"] {
        session.register(name, view(name, &change));
    }
    let select = ParsedSelect::parse(sql).unwrap();
    let found = session.select(&select).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let subjects = found.column("subject_id").unwrap();
    let keys: Vec<&Column> = std::iter::once(subjects).chain(found.column("rule_key").ok()).collect();
    (0..found.height())
        .filter(|&row| subjects.get(row).unwrap() != AnyValue::Null)
        .map(|row| {
            keys.iter().map(|column| column.get(row).unwrap().to_string()).collect::<Vec<_>>().join("/")
        })
        .collect()
}

/// Tries what is said of a SELECT.
#[track_caller]
pub(super) fn check(sql: &str, said: &Lineage) {
    let found = subjects(sql, |_, _| CellChange::None);
    assert!(!found.is_empty(), "{sql}: nothing is found");
    for change in [CellChange::Null, CellChange::Constant, CellChange::Others] {
        let changed = subjects(sql, |view, column| {
            let decides = said.deciding.contains(&(view.to_owned(), column.to_owned()));
            if decides { CellChange::None } else { change }
        });
        assert_eq!(changed, found, "{sql}");
    }
}

#[test]
fn a_column_too_few_is_noticed() {
    let sql = "WITH once AS (SELECT DISTINCT a.k, a.p, a.m FROM a) \
               SELECT once.k AS subject_id FROM once GROUP BY once.k HAVING COUNT(*) > 7";
    let said = lineage(sql, false).unwrap();
    for column in ["k", "m", "p"] {
        let mut less = said.clone();
        assert!(less.deciding.remove(&("a".to_owned(), column.to_owned())));
        assert!(std::panic::catch_unwind(|| check(sql, &less)).is_err(), "{column}");
    }
}
