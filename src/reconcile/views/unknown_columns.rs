//! Which cells of the views are unknown: filled and not readable, or of a column that their file lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array};

use super::ViewInputs;
use super::rule_view::View;
use crate::config::{ColumnRole, SourceColumn, SourceContract};
use crate::load::SourceRecords;
use crate::model::division::COUNTY;
use crate::rules::sql::certainty::UNKNOWN_SUFFIX;
use crate::rules::unknown_answers::UnknownColumns;
use crate::rules::view_catalogue::{IDENTITIES, PREVIOUS};

/// Column of the view of records that differ: the record carries somebody else's number.
const ID_OF_OTHER: &str = "id_of_other";

/// Unknown cells of a column, by county.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CountyCells {
    /// Records.
    pub(crate) records: u64,
    /// Of these, records whose cell is unknown.
    pub(crate) unknown: u64,
}

/// A column of a contract with unknown cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnknownColumn {
    /// Its name in the contract.
    pub(crate) column: String,
    /// It tells who somebody is: which records of a person differ rests on it in all lists.
    pub(crate) identifies: bool,
    /// Counties in which cells are unknown; `""`: records without a county.
    pub(crate) counties: BTreeMap<String, CountyCells>,
}

/// By view and column of the view, what of it is unknown.
pub(crate) type UnknownByCounty = BTreeMap<(String, String), Vec<UnknownColumn>>;

/// Columns of a source's view that are made of a column of its contract.
fn columns_made_of(column: &SourceColumn) -> Vec<&str> {
    match column.role {
        Some(ColumnRole::BirthDate) => vec!["birth_date", "age"],
        Some(ColumnRole::Sex) => vec!["sex"],
        // A number says when somebody was born, too.
        Some(ColumnRole::IdNumber) => {
            vec![column.name.as_str(), "id18", "id_class", "birth_date", "age", "sex"]
        }
        // A rule about guardians has to do without their numbers: many lists have none.
        Some(ColumnRole::GuardianId) => Vec::new(),
        _ => vec![column.name.as_str()],
    }
}

/// The columns of a contract that tell what stands in a column of its view, the ID number last.
pub(crate) fn columns_behind<'c>(contract: &'c SourceContract, name: &str) -> Vec<&'c SourceColumn> {
    let telling = contract.columns.iter().filter(|column| columns_made_of(column).contains(&name));
    let (numbers, mut all): (Vec<_>, Vec<_>) =
        telling.partition(|column| column.role == Some(ColumnRole::IdNumber));
    all.extend(numbers);
    all
}

/// Columns of views with unknown cells.
pub(crate) fn unknown_columns(inputs: &ViewInputs<'_>) -> UnknownColumns {
    let mut unknown = UnknownColumns::new();
    for (source, one) in inputs.loaded.iter().enumerate() {
        let records = &one.records;
        let Some(contract) = inputs.pipeline.source(&records.source) else { continue };
        let columns: Vec<&str> =
            unknown_names(contract, inputs, source).into_iter().flat_map(columns_made_of).collect();
        if !columns.is_empty() {
            let own = unknown.entry(records.source.clone()).or_default();
            own.extend(columns.iter().map(|column| (*column).to_owned()));
        }
        // Whose number it is that several carry is told by their births and sexes, too.
        if columns.iter().any(|column| ["birth_date", "sex"].contains(column)) {
            unknown.entry(IDENTITIES.to_owned()).or_default().insert(ID_OF_OTHER.to_owned());
        }
    }
    unknown
}

/// Columns of the last period's views, as they were published, with unknown cells: those that have companions.
pub(crate) fn unknown_columns_before(views: &[View<'_>]) -> UnknownColumns {
    published_unknown_columns(views, PREVIOUS)
}

/// Columns of views, as they were published, with unknown cells: those that have companions. Rules call the views by
/// their names and `suffix`.
pub(crate) fn published_unknown_columns(views: &[View<'_>], suffix: &str) -> UnknownColumns {
    let mut unknown = UnknownColumns::new();
    for view in views {
        let names = view.rows.schema().fields().iter().filter_map(|f| f.name().strip_suffix(UNKNOWN_SUFFIX));
        let columns: BTreeSet<String> = names.map(str::to_owned).collect();
        if !columns.is_empty() {
            unknown.insert(format!("{}{suffix}", view.name), columns);
        }
    }
    unknown
}

/// How many cells of each such column are unknown in which county.
pub(crate) fn unknown_by_county(inputs: &ViewInputs<'_>) -> UnknownByCounty {
    let mut found = UnknownByCounty::new();
    for (source, one) in inputs.loaded.iter().enumerate() {
        let records = &one.records;
        let Some(contract) = inputs.pipeline.source(&records.source) else { continue };
        if records.unknown.is_empty() {
            continue;
        }
        let divisions = inputs.divisions(source);
        let county = |row: usize| inputs.tree().code_at(divisions.get(row).copied().unwrap_or(0), COUNTY);
        let all = inputs.county_records(source);
        for column in unknown_names(contract, inputs, source) {
            let name = column.name.as_str();
            let mut counties: BTreeMap<String, CountyCells> = BTreeMap::new();
            for row in unknown_records(inputs, source, name) {
                let county = county(row);
                let records = all.get(county).copied().unwrap_or(0);
                counties.entry(county.to_owned()).or_insert(CountyCells { records, unknown: 0 }).unknown += 1;
            }
            for made in columns_made_of(column) {
                let unknown = UnknownColumn {
                    column: name.to_owned(),
                    identifies: column.role == Some(ColumnRole::IdNumber),
                    counties: counties.clone(),
                };
                found.entry((records.source.clone(), made.to_owned())).or_default().push(unknown);
            }
        }
    }
    found
}

/// The contract's columns with unknown cells, those that the whole list lacks among them: what they would say is not
/// known. Only of one that is not in every edition of the list (`optional`) nobody has a value then.
pub(super) fn unknown_names<'c>(
    contract: &'c SourceContract,
    inputs: &ViewInputs<'_>,
    source: usize,
) -> Vec<&'c SourceColumn> {
    let records = &inputs.loaded[source].records;
    let count = records.keys.len();
    let some = |ranges: &[Range<u32>]| ranges.iter().map(|range| range.len()).sum::<usize>() < count;
    let is_unknown = |column: &&SourceColumn| {
        let absent = records.unknown.absent(&column.name);
        !records.unknown.records(&column.name).is_empty()
            || !absent.is_empty() && (!column.optional || some(absent))
    };
    let are_lacking = |column: &&SourceColumn| {
        column.role != Some(ColumnRole::IdNumber)
            || !records_without_numbers(inputs, source, &column.name).is_empty()
    };
    contract.columns.iter().filter(is_unknown).filter(are_lacking).collect()
}

/// Rows of a source whose cell of a column of the contract is unknown, ascending; of ID numbers, see
/// [`records_without_numbers`].
pub(crate) fn unknown_records(inputs: &ViewInputs<'_>, source: usize, column: &str) -> Vec<usize> {
    let records = &inputs.loaded[source].records;
    let contract = inputs.pipeline.source(&records.source);
    match contract.and_then(|contract| contract.column(column)).and_then(|column| column.role) {
        Some(ColumnRole::IdNumber) => records_without_numbers(inputs, source, column),
        _ => unknown_cells(records, column),
    }
}

/// Rows whose ID number is unknown since their county's part of the list lacks the numbers: most of them are unknown. A
/// single number that nobody can read is told as such by rules, and the linker's matter.
pub(super) fn records_without_numbers(inputs: &ViewInputs<'_>, source: usize, column: &str) -> Vec<usize> {
    let rows = unknown_cells(&inputs.loaded[source].records, column);
    if rows.is_empty() {
        return rows;
    }
    let divisions = inputs.divisions(source);
    let county = |row: usize| inputs.tree().code_at(divisions.get(row).copied().unwrap_or(0), COUNTY);
    let all = inputs.county_records(source);
    let mut unknown: BTreeMap<&str, u64> = BTreeMap::new();
    rows.iter().for_each(|&row| *unknown.entry(county(row)).or_default() += 1);
    let lacks = |county: &str| {
        let of = all.get(county).copied().unwrap_or(0);
        unknown.get(county).is_some_and(|unknown| 2 * unknown > of)
    };
    rows.into_iter().filter(|&row| lacks(county(row))).collect()
}

/// Rows of a source whose cell of a column is unknown, ascending; a list without any costs nothing.
fn unknown_cells(records: &SourceRecords, column: &str) -> Vec<usize> {
    let mut rows: Vec<usize> = unknown_rows(records, column, 0..records.keys.len()).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Rows among `rows` whose cell of a column is unknown, ascending but for those of tables that lack it, which come
/// first; one may come twice.
fn unknown_rows(records: &SourceRecords, column: &str, rows: Range<usize>) -> impl Iterator<Item = usize> {
    let positions = records.unknown.records(column);
    let from = positions.partition_point(|&position| (position as usize) < rows.start);
    let inside = positions[from..].iter().map(|&position| position as usize);
    let (start, end) = (rows.start, rows.end);
    let absent = records.unknown.absent(column).iter();
    let absent =
        absent.flat_map(move |range| (range.start as usize).max(start)..(range.end as usize).min(end));
    absent.chain(inside.take_while(move |&row| row < end))
}

/// The companion of a column for some rows: 1 where a cell of one of the contract's `columns`, of which it is made, is
/// unknown or the row is one of `others`, ascending, and `is_null` says that nothing else tells.
pub(super) fn companion_column(
    records: &SourceRecords,
    columns: &[&str],
    others: &[usize],
    rows: Range<usize>,
    is_null: impl Fn(usize) -> bool,
) -> ArrayRef {
    let from = others.partition_point(|&row| row < rows.start);
    let to = others.partition_point(|&row| row < rows.end);
    let mut flags = companion_flags(records, columns, rows.clone(), &is_null);
    others[from..to].iter().filter(|&&row| is_null(row)).for_each(|&row| flags[row - rows.start] = 1);
    Arc::new(Int32Array::from(flags))
}

fn companion_flags(
    records: &SourceRecords,
    columns: &[&str],
    rows: Range<usize>,
    is_null: impl Fn(usize) -> bool,
) -> Vec<i32> {
    let mut flags = vec![0; rows.len()];
    for column in columns {
        let unknown = unknown_rows(records, column, rows.clone());
        unknown.filter(|&row| is_null(row)).for_each(|row| flags[row - rows.start] = 1);
    }
    flags
}
