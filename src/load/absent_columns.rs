//! Columns that a table does not have, or never fills where the others always do: unknown in all its records.

use super::LoadedSource;
use crate::config::SourceContract;
use crate::model::column_type::ContractType;
use crate::model::source_row::TableTotals;

/// Rows from which a column without any value counts as not delivered, where other tables fill it.
const LEAST_ROWS: u64 = 20;
/// Share of values in the other tables, in 1/100, from which a column is one that is always filled.
const ALWAYS_FILLED_PERCENT: u64 = 90;
/// Rows below which a table beside a list is a supplement whatever the list's length.
const SMALL_ROWS: u64 = 20;
/// Share of the rows of the tables with the column, in 1/100, up to which one without it may be a supplement …
const SMALL_PERCENT: u64 = 1;
/// … if it has no more rows than this.
const SMALL_MOST: u64 = 1_000;

/// Notes the records of every table that lacks a column as unknown there.
pub(super) fn note_absent_columns(contract: &SourceContract, loaded: &mut LoadedSource) {
    let schema = loaded.records.rows.schema().clone();
    let loaded_columns = |name: &str| schema.index_of(name).is_ok();
    let keys = &loaded.records.keys;
    // The records of a table lie together, in the order of the tables.
    let first_of = |table: usize| keys.partition_point(|key| key.table() < table) as u32;
    for (at, column) in contract.columns.iter().enumerate().filter(|(_, c)| loaded_columns(&c.name)) {
        let lacking = lacking_tables(contract, at, &loaded.totals.tables);
        for (table, totals) in loaded.totals.tables.iter().enumerate() {
            if totals.absent.contains(&column.name) || lacking.contains(&table) {
                let records = first_of(table)..first_of(table + 1);
                loaded.records.unknown.append_absent(&column.name, records);
            }
        }
    }
}

/// Positions of the tables that lack a column of the contract (by its position) which others have.
pub(crate) fn lacking_tables(contract: &SourceContract, at: usize, tables: &[TableTotals]) -> Vec<usize> {
    let column = &contract.columns[at];
    let (values, rows) = having(contract, at, tables)
        .fold((0, 0), |(values, rows), table| (values + filled(table, at), rows + table.accepted));
    if values == 0 {
        return Vec::new();
    }
    // Lists that only tick what is so leave whole columns empty.
    let always = values * 100 >= rows * ALWAYS_FILLED_PERCENT && column.kind != ContractType::Flag;
    let lacks = |t: &TableTotals| {
        let empty = always && t.accepted >= LEAST_ROWS && filled(t, at) == 0;
        t.accepted > 0 && (t.absent.contains(&column.name) || empty)
    };
    (0..tables.len()).filter(|&table| lacks(&tables[table])).collect()
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
    let rows: u64 = having(contract, at, tables).map(|t| t.accepted).sum();
    let few = table.accepted <= SMALL_MOST && table.accepted * 100 <= rows * SMALL_PERCENT;
    let beside = |county: &String| {
        having(contract, at, tables).any(|other| other.counties.get(county) > table.counties.get(county))
    };
    table.accepted < rows && (table.accepted < SMALL_ROWS || few) && table.counties.keys().all(beside)
}

/// Tables with values in a column.
fn having<'t>(
    contract: &SourceContract,
    at: usize,
    tables: &'t [TableTotals],
) -> impl Iterator<Item = &'t TableTotals> {
    let name = contract.columns[at].name.clone();
    tables.iter().filter(move |t| !t.absent.contains(&name) && filled(t, at) > 0)
}

fn filled(table: &TableTotals, at: usize) -> u64 {
    table.filled.get(at).copied().unwrap_or(0)
}
