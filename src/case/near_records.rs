//! Who of the lists that somebody is missing from is nearest.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::archive::{CaseArchive, NEAR};
use super::case_model::CaseSubject;
use super::numbers::NumbersShown;
use crate::Result;
use crate::publication::table_reader::TableRow;
use crate::resolve::previous_records::RECORDS;

/// A list that somebody is missing from, and its nearest records.
#[derive(Debug, Serialize)]
pub(crate) struct NearList {
    pub(crate) list: String,
    /// The nearest first; none: nobody there is like him.
    pub(crate) records: Vec<NearRecord>,
}

/// A record that is near.
#[derive(Debug, Serialize)]
pub(crate) struct NearRecord {
    pub(crate) name: String,
    pub(crate) id_number: String,
    pub(crate) place: String,
    /// It is likely the person.
    pub(crate) likely: bool,
}

/// The lists that the subject of a finding is missing from, with the records that were looked at; and the ids of these, which
/// the finding rests on as well though they are another's.
///
/// # Errors
/// The publication is damaged.
pub(super) fn near_lists(
    archive: &CaseArchive,
    subject: &CaseSubject<'_>,
    shown: NumbersShown,
) -> Result<(Vec<NearList>, BTreeSet<String>)> {
    let key = subject.rule_key;
    let of_rule = |one: &&[String; 3]| one[0] == subject.rule && (one[1].is_empty() || one[1] == key);
    let absent: BTreeSet<&str> = archive.absences.iter().filter(of_rule).map(|one| one[2].as_str()).collect();
    let ids: BTreeSet<&str> = subject.evidence.iter().map(String::as_str).collect();
    let person: BTreeSet<&str> = [subject.person].into_iter().filter(|id| !id.is_empty()).collect();
    let found = archive.rows_with(NEAR, [("record_id", &ids), ("person_id", &person)])?;
    // Of each candidate the nearest look.
    let mut candidates: BTreeMap<&str, (&TableRow, u32)> = BTreeMap::new();
    for row in &found {
        let order = row.get("near_order").parse().unwrap_or(u32::MAX);
        let own = candidates.entry(row.get("candidate")).or_insert((row, order));
        if order < own.1 {
            *own = (row, order);
        }
    }
    let wanted: BTreeSet<&str> = candidates.keys().copied().collect();
    let records =
        if wanted.is_empty() { Vec::new() } else { archive.rows_with(RECORDS, [("record_id", &wanted)])? };
    let mut lists: BTreeMap<&str, Vec<(u32, NearRecord)>> =
        absent.into_iter().map(|list| (list, Vec::new())).collect();
    for record in &records {
        let source = record.get("source");
        let Some((row, order)) = candidates.get(record.get("record_id")) else { continue };
        // Where the publication does not say what a rule's subjects are missing from, its evidence names the record.
        let named = ids.contains(record.get("record_id"));
        if !lists.contains_key(source) && !named {
            continue;
        }
        let place = ["village_code", "township_code", "county_code"].map(|column| record.get(column));
        let place = place.into_iter().find(|code| !code.is_empty()).unwrap_or_default();
        let near = NearRecord {
            name: shown.text(record.get("name")),
            id_number: shown.number(record.get("id_number")),
            place: archive.titles.division(place).to_owned(),
            likely: row.get("likely") == "1",
        };
        lists.entry(source).or_default().push((*order, near));
    }
    let list = |(source, mut records): (&str, Vec<(u32, NearRecord)>)| {
        records.sort_by_key(|one| one.0);
        let records = records.into_iter().map(|one| one.1).collect();
        NearList { list: archive.titles.source(source).to_owned(), records }
    };
    let near = wanted.iter().map(|id| (*id).to_owned()).collect();
    Ok((lists.into_iter().map(list).collect(), near))
}
