//! Columns that a table does not have, or never fills where the others always do: unknown in all its records. And those
//! that a table or a county hardly fills.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use arrow::array::{Array as _, AsArray as _};

use super::{LoadedSource, SourceRecords};
use crate::Result;
use crate::config::{ColumnRole, SourceColumn, SourceContract};
use crate::model::column_type::ContractType;
use crate::model::source_row::{ControlTotals, TableTotals};

/// Rows from which a column without any value counts as not delivered, where other tables fill it.
const LEAST_ROWS: u64 = 20;
/// Share of values in the other tables, in 1/100, from which a column is one that is always filled.
const ALWAYS_FILLED_PERCENT: u64 = 90;
/// Share of values in a table or county, in 1/100, below which such a column counts as not delivered there.
const HARDLY_FILLED_PERCENT: u64 = 50;
/// Rows below which a table beside a list is a supplement whatever the list's length.
const SMALL_ROWS: u64 = 20;
/// Share of the rows of the tables with the column, in 1/100, up to which one without it may be a supplement …
const SMALL_PERCENT: u64 = 1;
/// … if it has no more rows than this.
const SMALL_MOST: u64 = 1_000;

/// Notes the records of every table that lacks a column as unknown there, and those without a value in tables and counties
/// that hardly fill one which the others always do.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn note_absent_columns(contract: &SourceContract, loaded: &mut LoadedSource) -> Result<()> {
    let schema = loaded.records.rows.schema().clone();
    let loaded_columns = |name: &str| schema.index_of(name).is_ok();
    let keys = &loaded.records.keys;
    // The records of a table lie together, in the order of the tables.
    let first_of = |table: usize| keys.partition_point(|key| key.table() < table) as u32;
    for (at, column) in contract.columns.iter().enumerate().filter(|(_, c)| loaded_columns(&c.name)) {
        let lacking = lacking_tables(contract, at, &loaded.totals.tables);
        let mut hardly: Vec<Range<u32>> = Vec::new();
        for (table, totals) in loaded.totals.tables.iter().enumerate() {
            let empty = filled(totals, at) == 0 && lacking.contains(&table);
            if totals.absent.contains(&column.name) || empty {
                let records = first_of(table)..first_of(table + 1);
                loaded.records.unknown.append_absent(&column.name, records);
            } else if lacking.contains(&table) {
                hardly.push(first_of(table)..first_of(table + 1));
            }
        }
        let counties: BTreeSet<&str> =
            lacking_counties(contract, at, &loaded.totals).into_iter().map(|(county, ..)| county).collect();
        if !hardly.is_empty() || !counties.is_empty() {
            let without = records_without_value(contract, &loaded.records, &column.name, &hardly, &counties)?;
            loaded.records.unknown.insert(&column.name, &without);
        }
    }
    Ok(())
}

/// Positions of the records without a value in a column, of those in some ranges and those whose county is one of some,
/// ascending.
fn records_without_value(
    contract: &SourceContract,
    records: &SourceRecords,
    column: &str,
    ranges: &[Range<u32>],
    counties: &BTreeSet<&str>,
) -> Result<Vec<u32>> {
    let county = contract.role(ColumnRole::County).map(|column| column.name.as_str());
    let (mut found, mut first) = (Vec::new(), 0u32);
    for batch in records.rows.chunks(|name| name == column || Some(name) == county)? {
        let batch = batch?;
        let Some(values) = batch.column_by_name(column) else { return Ok(found) };
        let names = county.and_then(|name| batch.column_by_name(name)?.as_string_opt::<i32>());
        for row in 0..batch.num_rows() {
            if values.is_valid(row) {
                continue;
            }
            let position = first + row as u32;
            let stands = ranges.iter().any(|range| range.contains(&position))
                || names.is_some_and(|names| names.is_valid(row) && counties.contains(names.value(row)));
            if stands {
                found.push(position);
            }
        }
        first += batch.num_rows() as u32;
    }
    Ok(found)
}

/// Positions of the tables that lack a column of the contract (by its position) which others have, or that hardly fill
/// one which the others always do.
pub(crate) fn lacking_tables(contract: &SourceContract, at: usize, tables: &[TableTotals]) -> Vec<usize> {
    let column = &contract.columns[at];
    let having = having(contract, at, tables);
    let (values, rows) = (having.iter())
        .fold((0, 0), |(values, rows), table| (values + known(table, at), rows + table.accepted));
    if values == 0 {
        return Vec::new();
    }
    let hardly = |t: &TableTotals| t.accepted >= LEAST_ROWS && hardly_filled(t.accepted, filled(t, at));
    let without = tables.iter().filter(|t| hardly(t)).map(|t| t.accepted).sum();
    let always = values * 100 >= rows * ALWAYS_FILLED_PERCENT && tells_by_blanks(column, rows, without);
    let lacks = |t: &TableTotals| {
        let empty = always && hardly(t);
        t.accepted > 0 && (t.absent.contains(&column.name) || empty)
    };
    (0..tables.len()).filter(|&table| lacks(&tables[table])).collect()
}

/// Counties, by name as the rows write them, in which a column is hardly filled that the other counties of the list
/// always fill: each with its records and those that have a value.
pub(crate) fn lacking_counties<'t>(
    contract: &SourceContract,
    at: usize,
    totals: &'t ControlTotals,
) -> Vec<(&'t str, u64, u64)> {
    // Rows, those with a value, and those in which one stands at all.
    let mut counties: BTreeMap<&str, (u64, u64, u64)> = BTreeMap::new();
    for place in totals.places.iter().filter(|place| !place.county.is_empty()) {
        let of = counties.entry(&place.county).or_default();
        let (known, not) = place.filled.get(at).zip(place.unknown.get(at)).unwrap_or((&0, &0));
        *of = (of.0 + place.accepted, of.1 + known, of.2 + known + not);
    }
    let others = counties.values().filter(|(rows, known, _)| !hardly_filled(*rows, *known));
    let (rows, filled) = others.fold((0, 0), |(rows, filled), of| (rows + of.0, filled + of.1));
    if filled == 0 || filled * 100 < rows * ALWAYS_FILLED_PERCENT {
        return Vec::new();
    }
    // What cannot be read stands there nevertheless.
    let lacking: Vec<(&str, u64, u64)> = counties
        .into_iter()
        .map(|(county, (rows, _, written))| (county, rows, written))
        .filter(|&(_, rows, written)| rows >= LEAST_ROWS && hardly_filled(rows, written))
        .collect();
    let without = lacking.iter().map(|(_, rows, _)| rows).sum();
    if tells_by_blanks(&contract.columns[at], rows, without) { lacking } else { Vec::new() }
}

/// Do some rows with a value show that others, without, lack the column? Lists that only tick what is so leave whole
/// columns empty; and where most rows have no end, nothing has ended there.
fn tells_by_blanks(column: &SourceColumn, with: u64, without: u64) -> bool {
    column.kind != ContractType::Flag && (!(column.end && column.optional) || with >= without)
}

/// Is a table that lacks a column a mere supplement: a few rows beside a list that has it? A county's only list is
/// none, however short.
pub(crate) fn is_supplement(
    contract: &SourceContract,
    at: usize,
    tables: &[TableTotals],
    table: usize,
) -> bool {
    let table = &tables[table];
    let having = having(contract, at, tables);
    let rows: u64 = having.iter().map(|t| t.accepted).sum();
    let few = table.accepted <= SMALL_MOST && table.accepted * 100 <= rows * SMALL_PERCENT;
    let beside =
        |county: &String| having.iter().any(|other| other.counties.get(county) > table.counties.get(county));
    table.accepted < rows && (table.accepted < SMALL_ROWS || few) && table.counties.keys().all(beside)
}

/// Tables with values in a column: those that fill it, unless all of them hardly do. What nobody can read shows of no
/// other table that it lacks something.
fn having<'t>(contract: &SourceContract, at: usize, tables: &'t [TableTotals]) -> Vec<&'t TableTotals> {
    let name = &contract.columns[at].name;
    let some = |t: &&TableTotals| !t.absent.contains(name) && known(t, at) > 0;
    let fills = |t: &&TableTotals| some(t) && !hardly_filled(t.accepted, known(t, at));
    let filling: Vec<&TableTotals> = tables.iter().filter(fills).collect();
    if filling.is_empty() { tables.iter().filter(some).collect() } else { filling }
}

/// Are so few of some rows filled that the column counts as not delivered there?
fn hardly_filled(rows: u64, filled: u64) -> bool {
    filled * 100 < rows * HARDLY_FILLED_PERCENT
}

fn filled(table: &TableTotals, at: usize) -> u64 {
    table.filled.get(at).copied().unwrap_or(0)
}

/// Rows of a table with a value that could be read.
fn known(table: &TableTotals, at: usize) -> u64 {
    filled(table, at).saturating_sub(table.unread.get(at).copied().unwrap_or(0))
}
