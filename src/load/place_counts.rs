//! How the columns of a list are filled, table by table and place by place: a share of the whole list hides a file
//! or a county of which hardly anything could be read.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array as _, ArrayRef, AsArray as _, StringArray};
use arrow::record_batch::RecordBatch;

use super::audit::{audit_percent_text, most_frequent_reasons};
use super::data_folder::masked_file_name;
use super::{LoadedSource, SourceRecords};
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::{ColumnRole, SourceColumn};
use crate::model::source_row::{AuditFinding, PlaceCounts};
use crate::privacy::mask::mask_numbers_in_text;

/// Rejected rows of a file or county from which their share is looked at.
const LEAST_REJECTS: u64 = 10;
/// Unreadable cells of a file or county and column from which their share is looked at.
const LEAST_CELLS: u64 = 20;
/// Share of unreadable cells, in 1/100, from which it is told.
const UNREADABLE_PERCENT: u64 = 20;

/// Places of a list that are counted apart; further ones are counted with their county, then with their table.
const MOST_PLACES: usize = 20_000;

/// Rejected units by county and township as the rows write them.
pub(super) type RejectedPlaces = BTreeMap<(String, String), u64>;

/// The text in a row of a column, if there is one.
pub(super) fn filled_text(texts: Option<&StringArray>, row: usize) -> Option<&str> {
    texts.filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row))
}

/// The text in a column of a row; empty where there is none.
fn text_at(array: Option<&ArrayRef>, row: usize) -> &str {
    let texts = array.and_then(|array| array.as_string_opt::<i32>()).filter(|texts| row < texts.len());
    filled_text(texts, row).unwrap_or("")
}

/// County and township of a unit, by the columns that say them.
pub(super) fn place_texts<'a>(
    contract: &SourceContract,
    columns: &'a [ArrayRef],
    row: usize,
) -> (&'a str, &'a str) {
    let of = |role| text_at(contract.role_position(role).and_then(|at| columns.get(at)), row);
    (of(ColumnRole::County), of(ColumnRole::Township))
}

/// County and township of a record, by the columns that say them.
pub(super) fn place_of_row<'a>(
    contract: &SourceContract,
    records: &'a RecordBatch,
    row: usize,
) -> (&'a str, &'a str) {
    let of = |role| text_at(contract.role(role).and_then(|column| records.column_by_name(&column.name)), row);
    (of(ColumnRole::County), of(ColumnRole::Township))
}

/// Counts records, filled and unknown cells by table, county and township.
pub(super) fn count_places(
    contract: &SourceContract,
    records: &SourceRecords,
    rejected: &[RejectedPlaces],
) -> Result<Vec<PlaceCounts>> {
    let width = contract.columns.len();
    let new = |table: usize, county: &str, township: &str| PlaceCounts {
        table,
        county: county.to_owned(),
        township: township.to_owned(),
        accepted: 0,
        rejected: 0,
        filled: vec![0; width],
        unknown: vec![0; width],
    };
    let mut places: Vec<PlaceCounts> = Vec::new();
    let mut known: BTreeMap<(usize, String, String), usize> = BTreeMap::new();
    // A column of free text in the place of townships must not fill the memory.
    let mut place_of = |places: &mut Vec<PlaceCounts>, table: usize, county: &str, township: &str| {
        let township = if places.len() < MOST_PLACES { township } else { "" };
        let county = if places.len() < 2 * MOST_PLACES { county } else { "" };
        *known.entry((table, county.to_owned(), township.to_owned())).or_insert_with(|| {
            places.push(new(table, county, township));
            places.len() - 1
        })
    };
    let name = |role| contract.role(role).map(|column| column.name.as_str());
    let (county, township) = (name(ColumnRole::County), name(ColumnRole::Township));
    // Where a run of rows of one place begins.
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut first = 0;
    for batch in records.rows.chunks(|_| true)? {
        let batch = batch?;
        let of = |name: Option<&str>| name.and_then(|name| batch.column_by_name(name));
        let (counties, townships) = (of(county), of(township));
        let columns: Vec<(usize, &ArrayRef)> = (contract.columns.iter().enumerate())
            .filter_map(|(at, column)| Some((at, batch.column_by_name(&column.name)?)))
            .collect();
        let place =
            |row: usize| (records.keys[first + row].table(), text_at(counties, row), text_at(townships, row));
        let mut from = 0;
        while from < batch.num_rows() {
            let here = place(from);
            let length = (from..batch.num_rows()).take_while(|&row| place(row) == here).count();
            let at = place_of(&mut places, here.0, here.1, here.2);
            runs.push((first + from, at));
            let counts = &mut places[at];
            counts.accepted += length as u64;
            for (column, array) in &columns {
                let filled =
                    array.nulls().map_or(length, |nulls| nulls.inner().slice(from, length).count_set_bits());
                counts.filled[*column] += filled as u64;
            }
            from += length;
        }
        first += batch.num_rows();
    }
    for (column, cells) in records.unknown.columns() {
        let Some(at) = contract.position(column) else { continue };
        for &cell in cells {
            let run = runs.partition_point(|(begin, _)| *begin <= cell as usize).saturating_sub(1);
            if let Some(&(_, place)) = runs.get(run) {
                places[place].unknown[at] += 1;
            }
        }
    }
    for (table, rejected) in rejected.iter().enumerate() {
        for ((county, township), units) in rejected {
            let at = place_of(&mut places, table, county, township);
            places[at].rejected += units;
        }
    }
    Ok(places)
}

/// A file, or a county within the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part<'a> {
    File(&'a Path),
    County(&'a str),
}

impl Part<'_> {
    /// Names the file or county, as it is told.
    pub(super) fn words(self) -> String {
        match self {
            Self::File(file) => format!("文件“{}”", masked_file_name(file)),
            Self::County(county) => format!("“{}”", mask_numbers_in_text(county)),
        }
    }
}

/// Adds what the whole list does not show: files and counties of which many rows or cells were not read. To be
/// called with the findings about the whole list in `loaded`.
pub(super) fn audit_parts(contract: &SourceContract, loaded: &mut LoadedSource, reject_limit: f64) {
    let whole = |audit: &str| loaded.audits.iter().any(|one| one.audit == audit && one.blocking);
    let mut findings = Vec::new();
    if !whole("reject_share") {
        findings.extend(rejected_parts(contract, loaded, reject_limit));
    }
    findings.extend(unreadable_parts(contract, loaded));
    loaded.audits.splice(0..0, findings);
}

/// The parts of a list with what is counted of them.
fn parts<'a, T: Default>(
    loaded: &'a LoadedSource,
    add: impl Fn(&mut T, &PlaceCounts),
) -> BTreeMap<Part<'a>, T> {
    let mut parts: BTreeMap<Part<'a>, T> = BTreeMap::new();
    for place in &loaded.totals.places {
        let file = Part::File(&loaded.records.tables[place.table].file);
        add(parts.entry(file).or_default(), place);
        if !place.county.is_empty() {
            add(parts.entry(Part::County(&place.county)).or_default(), place);
        }
    }
    parts
}

fn rejected_parts(contract: &SourceContract, loaded: &LoadedSource, limit: f64) -> Vec<AuditFinding> {
    let mut counted = parts(loaded, |(read, rejected): &mut (u64, u64), place| {
        *read += place.accepted + place.rejected;
        *rejected += place.rejected;
    });
    // Damaged rows have no place: what a file holds is known from its totals.
    for (part, counts) in &mut counted {
        let Part::File(file) = part else { continue };
        let tables = || loaded.totals.tables.iter().filter(|table| table.file == *file);
        *counts = (tables().map(|t| t.read).sum(), tables().map(|t| t.rejected).sum());
    }
    let over =
        |(read, rejected): (u64, u64)| rejected >= LEAST_REJECTS && rejected as f64 > limit * read as f64;
    let files: Vec<u64> = counted
        .iter()
        .filter(|(part, c)| matches!(part, Part::File(_)) && over(**c))
        .map(|(_, c)| c.1)
        .collect();
    let mut findings = Vec::new();
    for (part, counts) in counted.into_iter().filter(|(_, counts)| over(*counts)) {
        // A county with a file of its own is told with the file.
        if matches!(part, Part::County(_)) && files.contains(&counts.1) {
            continue;
        }
        let reasons = match part {
            Part::File(file) => {
                most_frequent_reasons(loaded.rejects.iter().filter(|reject| reject.file == file))
            }
            // A reject does not say its county.
            Part::County(_) => String::new(),
        };
        let message = format!(
            "“{}”的{}读入{}条，退回{}条（{}{reasons}），超过上限{}：这些人在名单里而没有读入，不等于不在名单里；按退回清单改正后重报",
            contract.title,
            part.words(),
            counts.0,
            counts.1,
            audit_percent_text(counts.1, counts.0),
            super::audit::audit_percent_of(limit),
        );
        findings.push(AuditFinding::new(&contract.name, "reject_share", true, message));
    }
    findings
}

fn unreadable_parts(contract: &SourceContract, loaded: &LoadedSource) -> Vec<AuditFinding> {
    let mut findings = Vec::new();
    // Words that a code table does not know are told with their spellings.
    let coded = |column: &SourceColumn| !column.codes.is_empty();
    for (at, column) in contract.columns.iter().enumerate().filter(|(_, column)| !coded(column)) {
        let counted = parts(loaded, |(filled, unknown): &mut (u64, u64), place| {
            *filled += place.filled[at];
            *unknown += place.unknown[at];
        });
        let many = |(filled, unknown): (u64, u64)| {
            unknown >= LEAST_CELLS && unknown * 100 >= (filled + unknown) * UNREADABLE_PERCENT
        };
        let found: Vec<(Part<'_>, (u64, u64))> =
            counted.into_iter().filter(|(_, counts)| many(*counts)).collect();
        let of_files: Vec<u64> =
            found.iter().filter(|(part, _)| matches!(part, Part::File(_))).map(|(_, c)| c.1).collect();
        let told: Vec<String> = found
            .iter()
            .filter(|(part, c)| matches!(part, Part::File(_)) || !of_files.contains(&c.1))
            .map(|(part, (filled, unknown))| {
                format!("{}{unknown}格（{}）", part.words(), audit_percent_text(*unknown, filled + unknown))
            })
            .collect();
        if !told.is_empty() {
            let message = format!(
                "“{}”的列“{}”有内容而读不出：{}；按“不清楚”处理，用到这一列的规则在那里不作判断；核对写法，改正后重报",
                contract.title,
                column.label,
                told.join("、"),
            );
            findings.push(AuditFinding::new(&contract.name, "unreadable_part", false, message));
        }
    }
    findings
}
