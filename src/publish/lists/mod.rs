//! `lists/`: the exceptions as the people who knock on doors get them, one workbook per
//! township, one sheet per responsible department, and what the departments get back.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::PublicationInputs;
use super::held_notices::HeldNotice;
use super::people::{PublishedPersons, RecordOwners};
use super::restricted::ByFinding;
use crate::model::exception::TrackedException;
use crate::publication::output_files::{CsvFile, OutputFiles, make_output_folder};
use crate::{Error, Result};

mod cells;
mod evidence;
mod list_row;
mod rejects;
mod safe_names;
mod style;
mod workbook;
mod workbook_package;

pub use list_row::COLUMNS;
pub(super) use rejects::write_reject_lists;

use evidence::ListedEvidence;
use list_row::{ListEntry, RowMaterial};

/// Sheet of exceptions that rest on an unconfirmed link.
pub(crate) const REVIEW_SHEET: &str = "待确认匹配";
/// First sheet.
pub(crate) const NOTES_SHEET: &str = "说明";

/// Writes all lists, townships side by side. A row exists while it is written.
pub(super) fn write_lists(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    all: &PublishedPersons,
    by_finding: &ByFinding<'_>,
    held: &[HeldNotice],
    outputs: &mut OutputFiles,
) -> Result<()> {
    let groups = groups(inputs, people, by_finding);
    for group in &groups {
        if let Some((folder, _)) = group.path.rsplit_once('/') {
            make_output_folder(&outputs.path(folder), 0o750)?;
        }
    }
    let listed = groups.par_iter().flat_map_iter(|group| group.open.iter().copied());
    let material = RowMaterial::new(
        inputs,
        people,
        &all.persons,
        by_finding,
        ListedEvidence::gather(inputs, people, listed)?,
    )?;
    outputs.each(&groups, |group, own| {
        let township = group.township(&material, held);
        let wanted = &inputs.catalogue.outputs;
        let path = |suffix: &str| format!("{}.{suffix}", group.path);
        let mut csv = wanted.csv.then(|| CsvFile::begin(own, &path("csv"))).transpose()?;
        let mut tell = |cells: &[Cow<'_, str>]| csv.as_mut().map_or(Ok(()), |csv| csv.row(cells));
        tell(&COLUMNS.map(|c| c.title.into()))?;
        if wanted.xlsx {
            workbook_package::write_workbook_package(inputs, &material, &township, &path("xlsx"), own, tell)?;
        } else {
            let mut entries = township.sheets.iter().flat_map(|(_, entries)| entries);
            entries.try_for_each(|entry| tell(&material.row(entry)?.cells))?;
        }
        if let Some(csv) = csv {
            csv.finish(own)?;
        }
        Ok(())
    })?;
    write_reject_lists(inputs.loaded, inputs.catalogue, inputs.period, outputs)
}

/// Exceptions of one township.
struct TownshipGroup<'a> {
    county: String,
    name: String,
    /// Path without suffix.
    path: String,
    /// Those that have a row.
    open: Vec<&'a TrackedException>,
    resolved: u64,
    county_code: &'a str,
    /// Code of a rule → subjects of the township that it leaves undecided.
    undecided: BTreeMap<&'a str, u64>,
}

/// Lists of one township.
struct TownshipLists<'a> {
    county: &'a str,
    name: &'a str,
    /// Sheet name → rows, departments first, review last.
    sheets: Vec<(String, Vec<ListEntry<'a>>)>,
    resolved: u64,
    /// Code of a rule → subjects of the township that it leaves undecided.
    undecided: &'a BTreeMap<&'a str, u64>,
    /// What the county's lists do not tell, and which rules that holds.
    held: Vec<&'a str>,
}

impl TownshipLists<'_> {
    fn rows(&self) -> u64 {
        self.sheets.iter().map(|(_, entries)| entries.len() as u64).sum()
    }
}

impl TownshipGroup<'_> {
    fn township<'a>(&'a self, material: &RowMaterial<'a>, held: &'a [HeldNotice]) -> TownshipLists<'a> {
        let mut entries: Vec<ListEntry<'a>> = self.open.iter().map(|t| material.entry(t)).collect();
        entries.sort_by(|a, b| a.order().cmp(&b.order()));
        let mut sheets: Vec<(String, Vec<ListEntry<'a>>)> = Vec::new();
        for entry in entries {
            match sheets.last_mut() {
                Some((sheet, entries)) if *sheet == entry.sheet => entries.push(entry),
                _ => sheets.push((entry.sheet.clone().into_owned(), vec![entry])),
            }
        }
        let of_county = held.iter().filter(|notice| notice.county_code == self.county_code);
        TownshipLists {
            county: &self.county,
            name: &self.name,
            sheets,
            resolved: self.resolved,
            undecided: &self.undecided,
            held: of_county.map(|notice| notice.text.as_str()).collect(),
        }
    }
}

/// Townships with open exceptions or undecided subjects, in order of their codes.
fn groups<'a>(
    inputs: &PublicationInputs<'a>,
    people: &RecordOwners<'_>,
    by_finding: &ByFinding<'_>,
) -> Vec<TownshipGroup<'a>> {
    let mut open: BTreeMap<(&str, &str), Vec<&TrackedException>> = BTreeMap::new();
    let mut resolved: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for tracked in inputs.tracked.iter().filter(|t| !t.is_history(inputs.period)) {
        let place = (&*tracked.exception.county_code, &*tracked.exception.township_code);
        if tracked.is_open() {
            // What follows from another row of the same sheet is told there.
            if !list_row::is_covered_by_cause(by_finding, tracked) {
                open.entry(place).or_default().push(tracked);
            }
        } else {
            *resolved.entry(place).or_default() += 1;
        }
    }
    let mut undecided: BTreeMap<(&str, &str), BTreeMap<&str, u64>> = BTreeMap::new();
    for one in &inputs.findings.undecided {
        let place = (&*one.county_code, &*one.township_code);
        // A township of which nothing is found has a workbook all the same: it says what is not known.
        open.entry(place).or_default();
        *undecided.entry(place).or_default().entry(&one.rule_code).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    let mut groups = Vec::new();
    for ((county_code, township_code), open) in open {
        let name = |code: &str, unknown: &str| match code {
            "" => unknown.to_owned(),
            code => people.division_name(code).unwrap_or(code).to_owned(),
        };
        let (county, name) = (name(county_code, "未定县区"), name(township_code, "未定乡镇"));
        let mut path =
            format!("lists/{}/{}", safe_names::safe_file_name(&county), safe_names::safe_file_name(&name));
        // Two units may bear the same name once unsafe characters are gone.
        if !taken.insert(path.clone()) {
            path = format!("{path}_{}", safe_names::safe_file_name(township_code));
        }
        let resolved = resolved.get(&(county_code, township_code)).copied().unwrap_or(0);
        let undecided = undecided.remove(&(county_code, township_code)).unwrap_or_default();
        groups.push(TownshipGroup { county, name, path, open, resolved, county_code, undecided });
    }
    groups
}

fn list_workbook_error(error: rust_xlsxwriter::XlsxError) -> Error {
    Error::new(crate::ErrorKind::Io, format!("生成工作簿失败：{}", crate::error::system_words(&error)))
        .hint("检查发布文件夹是否可写、磁盘是否已满")
        .caused_by(error)
}
