//! Birth dates that stand for none: one day that an implausible share of a file shares, and the days that mean nothing by
//! themselves ([`crate::model::placeholder_day`]).

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, ArrayRef, AsArray as _, Date32Array};
use arrow::datatypes::Date32Type;
use arrow::record_batch::RecordBatch;

use super::{LoadedSource, UnknownCells};
use crate::config::SourceContract;
use crate::config::source_contract::ColumnRole;
use crate::model::day::{day_from_epoch_days, day_to_epoch_days, pack_day};
use crate::model::placeholder_day::{DayMeaning, birth_day_meaning};
use crate::table::rows::RowStore;
use crate::{Error, Result};

/// Rows that share a day no ID number states, from which the day stands for none.
const FEWEST: u64 = 20;
/// One row in so many from which it does.
const SHARE: u64 = 50;

/// Does a day stand for none by itself, beside an ID number that states this one?
fn is_unknown(day: i32, of_number: Option<i32>) -> bool {
    let meaning = birth_day_meaning(day_from_epoch_days(day), of_number.map(day_from_epoch_days));
    meaning == DayMeaning::Unknown
}

/// Days that no ID number of their row states, with their rows.
pub(super) type UnstatedDays = BTreeMap<i32, u64>;

/// Counts the birth dates that the ID number of their row does not state.
pub(super) fn count_unstated_days(dates: &ArrayRef, ids: Option<&ArrayRef>, keep: &[bool]) -> UnstatedDays {
    let mut days = UnstatedDays::new();
    let mut run = (0, 0);
    let kept = unstated(dates, ids).filter(|(row, ..)| keep.get(*row).copied().unwrap_or(true));
    for (_, day, _) in kept {
        if run.0 != day {
            if run.1 > 0 {
                *days.entry(run.0).or_default() += run.1;
            }
            run = (day, 0);
        }
        run.1 += 1;
    }
    if run.1 > 0 {
        *days.entry(run.0).or_default() += run.1;
    }
    days
}

/// Rows and days of dates that the ID number beside them does not state, and the day that it states.
fn unstated<'a>(
    dates: &'a ArrayRef,
    ids: Option<&'a ArrayRef>,
) -> impl Iterator<Item = (usize, i32, Option<i32>)> + 'a {
    let dates = dates.as_primitive::<Date32Type>();
    let ids = ids.and_then(|ids| ids.as_string_opt::<i32>());
    (0..dates.len()).filter(|&row| !dates.is_null(row)).filter_map(move |row| {
        let day = dates.value(row);
        let stated = ids.filter(|ids| !ids.is_null(row)).and_then(|ids| day_of_id(ids.value(row)));
        (stated != Some(day)).then_some((row, day, stated))
    })
}

/// The birth date that an ID number of 18 or 15 digits states.
pub(super) fn day_of_id(id: &str) -> Option<i32> {
    let number = |text: Option<&str>| -> Option<u32> {
        text.filter(|t| t.bytes().all(|b| b.is_ascii_digit())).and_then(|t| t.parse().ok())
    };
    let packed = match id.len() {
        18 => number(id.get(6..14))?,
        15 => 19_000_000 + number(id.get(6..12))?,
        _ => return None,
    };
    day_to_epoch_days(pack_day(packed / 10_000, packed / 100 % 100, packed % 100))
}

/// Takes the days that stand for none for unknown, by what was counted in each table.
pub(super) fn forget_placeholder_birth_dates(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    counted: &[UnstatedDays],
    store: &RowStore,
) -> Result<()> {
    let Some(column) = contract.role(ColumnRole::BirthDate) else { return Ok(()) };
    let rows_of = |table: usize| loaded.totals.tables[table].accepted;
    let placeholders: Vec<BTreeSet<i32>> = counted
        .iter()
        .enumerate()
        .map(|(table, days)| {
            let shared = |rows: u64| rows >= FEWEST && rows * SHARE >= rows_of(table);
            days.iter().filter(|(_, rows)| shared(**rows)).map(|(day, _)| *day).collect()
        })
        .collect();
    // Beside a number that states another day, if need be.
    let begins = counted.iter().flat_map(BTreeMap::keys).any(|&day| is_unknown(day, Some(i32::MIN)));
    if placeholders.iter().all(BTreeSet::is_empty) && !begins {
        return Ok(());
    }
    let id = contract.role(ColumnRole::IdNumber).map(|column| column.name.as_str());
    let forgotten = std::cell::RefCell::new(Vec::<u32>::new());
    let keys = &loaded.records.keys;
    let failed = |e| Error::internal("出生日期列不能改写").caused_by(e);
    let rows = loaded.records.rows.rewrite(store, |first, batch| {
        let schema = batch.schema();
        let Ok(at) = schema.index_of(&column.name) else { return Ok(batch) };
        let ids = id.and_then(|name| batch.column_by_name(name));
        let unknown: BTreeSet<usize> = unstated(batch.column(at), ids)
            .filter(|&(row, day, of_number)| {
                placeholders[keys[first + row].table()].contains(&day) || is_unknown(day, of_number)
            })
            .map(|(row, ..)| row)
            .collect();
        if unknown.is_empty() {
            return Ok(batch);
        }
        forgotten.borrow_mut().extend(unknown.iter().filter_map(|row| u32::try_from(first + row).ok()));
        let dates = batch.column(at).as_primitive::<Date32Type>();
        let kept: Date32Array =
            dates.iter().enumerate().map(|(row, day)| day.filter(|_| !unknown.contains(&row))).collect();
        let mut columns = batch.columns().to_vec();
        columns[at] = std::sync::Arc::new(kept);
        RecordBatch::try_new(schema, columns).map_err(failed)
    })?;
    let forgotten = forgotten.into_inner();
    for &record in &forgotten {
        let totals = &mut loaded.totals.tables[keys[record as usize].table()];
        totals.cells.entry(column.name.clone()).or_default().placeholder_days += 1;
    }
    loaded.records.rows = rows;
    let unknown: &mut UnknownCells = &mut loaded.records.unknown;
    unknown.insert(&column.name, &forgotten);
    Ok(())
}
