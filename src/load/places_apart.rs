//! Columns of places that were sorted apart from the people, or from each other.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use arrow::array::AsArray as _;

use super::LoadedSource;
use super::across_lists::{SaidOfNumber, contradicted_parts};
use super::audit::{audit_percent_text, audited_row_place, most_frequent_words};
use super::data_folder::masked_file_name;
use super::delivery::{DeliveryCheck, told_words};
use super::place_counts::filled_text;
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::ColumnRole;
use crate::model::division::{DivisionTree, DivisionVerdict, TOWNSHIP, VILLAGE};
use crate::model::source_row::AuditFinding;

/// Rows of a file whose village is one of another township, as a number and in 1/100, from which it is told.
const LEAST_ROWS: u64 = 10;
const TOLD_PERCENT: u64 = 5;
/// Rows of a file whose village is nowhere in the county or township, as a number and in 1/100, from which it is told.
const LEAST_UNFOUND: u64 = 20;
const UNFOUND_PERCENT: u64 = 1;
/// People of a file or county whose township every other list contradicts, in 1/100 of those whom another list knows.
const OTHER_TOWNSHIPS_PERCENT: u64 = 30;

/// What is counted of a file.
#[derive(Default)]
struct ApartCounts {
    /// Rows with a village that the table of divisions has in the county.
    known: u64,
    apart: u64,
    first: Option<usize>,
    words: BTreeMap<String, u64>,
    /// Rows with a village that the county does not have at all.
    nowhere: u64,
    /// The villages that were not found in the township, and their rows.
    unfound: BTreeMap<String, u64>,
}

/// What the three cells of a place say together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum VillagePlace {
    /// The village is in the township.
    Inside,
    /// The county has such a village, in other townships alone.
    Elsewhere,
    /// The county has no such village, though the table has its villages.
    Nowhere,
    /// The table of divisions does not say.
    Unknown,
}

fn place_of_village(divisions: &DivisionTree, county: &str, township: &str, village: &str) -> VillagePlace {
    let whole = divisions.lookup(county, township, village);
    let inside = divisions.unit(whole.unit).is_some_and(|unit| unit.level == VILLAGE);
    if divisions.code_at(whole.unit, TOWNSHIP).is_empty() {
        return VillagePlace::Unknown;
    }
    match (inside, whole.verdict) {
        (true, _) => VillagePlace::Inside,
        (false, DivisionVerdict::Unknown) => {
            let without = divisions.lookup(county, "", village);
            let somewhere = divisions.unit(without.unit).is_some_and(|unit| unit.level == VILLAGE);
            match somewhere || without.verdict == DivisionVerdict::Ambiguous {
                true => VillagePlace::Elsewhere,
                false => VillagePlace::Nowhere,
            }
        }
        (false, _) => VillagePlace::Unknown,
    }
}

/// Tells of files many of whose villages are, by the table of divisions, in other townships than the rows say.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn places_apart(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Result<Vec<AuditFinding>> {
    let divisions = &check.pipeline.divisions;
    let of = |role| contract.role(role).map(|column| column.name.as_str());
    let roles = [ColumnRole::County, ColumnRole::Township, ColumnRole::Village].map(of);
    let villages = divisions.units.iter().any(|unit| unit.level == VILLAGE);
    if !villages || roles[1].is_none() || roles[2].is_none() {
        return Ok(Vec::new());
    }
    let mut known: HashMap<[String; 3], VillagePlace> = HashMap::new();
    let mut files: BTreeMap<&Path, ApartCounts> = BTreeMap::new();
    let mut first = 0;
    for batch in loaded.records.rows.chunks(|name| roles.contains(&Some(name)))? {
        let batch = batch?;
        let texts = roles.map(|name| {
            name.and_then(|name| batch.column_by_name(name)).and_then(|array| array.as_string_opt::<i32>())
        });
        let mut above: Option<([&str; 3], VillagePlace)> = None;
        for row in 0..batch.num_rows() {
            let cells = texts.map(|texts| filled_text(texts, row).unwrap_or(""));
            if cells[1].is_empty() || cells[2].is_empty() {
                continue;
            }
            let place = match above.filter(|(same, _)| *same == cells) {
                Some((_, place)) => place,
                None => {
                    let key = cells.map(str::to_owned);
                    let [county, township, village] = cells;
                    let place = known.get(&key).copied();
                    let place =
                        place.unwrap_or_else(|| place_of_village(divisions, county, township, village));
                    known.insert(key, place);
                    place
                }
            };
            above = Some((cells, place));
            if place == VillagePlace::Unknown {
                continue;
            }
            let table = &loaded.records.tables[loaded.records.keys[first + row].table()];
            let counts = files.entry(&table.file).or_default();
            if place != VillagePlace::Inside {
                *counts.unfound.entry(told_words(&format!("{}{}", cells[1], cells[2]))).or_default() += 1;
            }
            if place == VillagePlace::Nowhere {
                counts.nowhere += 1;
                continue;
            }
            counts.known += 1;
            if place == VillagePlace::Elsewhere {
                counts.apart += 1;
                counts.first.get_or_insert(first + row);
                *counts.words.entry(told_words(&format!("{}{}", cells[1], cells[2]))).or_default() += 1;
            }
        }
        first += batch.num_rows();
    }
    let many = |counts: &ApartCounts| {
        counts.apart >= LEAST_ROWS && counts.apart * 100 >= counts.known * TOLD_PERCENT
    };
    let several = |counts: &ApartCounts| {
        let unfound = counts.apart + counts.nowhere;
        unfound >= LEAST_UNFOUND && unfound * 100 >= (counts.known + counts.nowhere) * UNFOUND_PERCENT
    };
    let (told, rest): (Vec<_>, Vec<_>) = files.into_iter().partition(|(_, counts)| many(counts));
    let unfound = rest.into_iter().filter(|(_, counts)| several(counts)).map(|(file, counts)| {
        let (rows, all) = (counts.apart + counts.nowhere, counts.known + counts.nowhere);
        let message = format!(
            "“{}”的文件“{}”有{rows}行的村在它写的乡镇里查不到（占{}；{}）：这些行只归到乡镇，同名的人因此更难认出是不是一个人；\
             核对村名，或在区划表（villages.csv）里补上更名、改划后的村",
            contract.title,
            masked_file_name(file),
            audit_percent_text(rows, all),
            most_frequent_words(counts.unfound),
        );
        AuditFinding::new(&contract.name, "unknown_village", false, message)
    });
    let unfound: Vec<AuditFinding> = unfound.collect();
    Ok(told
        .into_iter()
        .map(|(file, counts)| {
            let example = counts.first.map_or(String::new(), |row| audited_row_place(loaded, row));
            let message = format!(
                "“{}”的文件“{}”有{}行的村不在它写的乡镇里（占{}，例如{example}；{}）：多半是乡镇、村两列错了行（单独排序、删了一格）；\
                 这些人会归到别的乡镇；向{}索取原表，核对各列是否同一行",
                contract.title,
                masked_file_name(file),
                counts.apart,
                audit_percent_text(counts.apart, counts.known),
                most_frequent_words(counts.words),
                contract.owner
            );
            AuditFinding::new(&contract.name, "places_apart", false, message)
        })
        .chain(unfound)
        .collect())
}

/// Files, and counties within files, many of whose people are of another township in every other list.
pub(super) fn other_places(check: &DeliveryCheck<'_>, loaded: &[LoadedSource]) -> Vec<AuditFinding> {
    let mut all: Vec<SaidOfNumber> = Vec::new();
    for (list, one) in loaded.iter().enumerate() {
        let placed = one.digest.names.iter().filter(|number| number.township != 0);
        all.extend(placed.map(|n| (n.id, n.township, list, n.part as usize)));
    }
    let parts = contradicted_parts(all, loaded, OTHER_TOWNSHIPS_PERCENT);
    let findings = parts.into_iter().filter_map(|((list, table, county), known, other)| {
        let one = &loaded[list];
        let contract = check.pipeline.source(&one.records.source)?;
        let county = county.filter(|county| !county.is_empty());
        let place = county.map_or(String::new(), |code| {
            format!("里{}", check.pipeline.divisions.name_of(code).unwrap_or(code))
        });
        let label = contract.role(ColumnRole::Township).map_or("", |column| column.label.as_str());
        let message = format!(
            "“{}”的文件“{}”{place}有{other}人的“{label}”，别的名单里都是另一个（占别的名单也有的{known}人的{}）：多半是乡镇、村与人错了行（单独排序、向下复制）；\
             按乡镇统计和派发的会归到别处；向{}索取原表，核对各列是否同一行",
            contract.title,
            masked_file_name(&one.records.tables[table].file),
            audit_percent_text(other, known),
            contract.owner
        );
        Some(AuditFinding::new(&contract.name, "places_apart", false, message))
    });
    findings.collect()
}
