//! `lists/`: the exceptions as the people who knock on doors get them, one workbook per
//! township, one sheet per responsible department, and what the departments get back.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::PublicationInputs;
use super::files::{Outputs, make_folder, write_csv};
use super::people::People;
use crate::track::TrackedException;
use crate::{Error, Result};

mod names;
mod rejects;
mod row;
mod style;
mod workbook;

pub use row::{ANSWERS, COLUMNS, Column, MEASURES, REASONS, RESULTS};

pub(super) use row::Row;

/// Sheet of exceptions that rest on an unconfirmed link.
pub const REVIEW_SHEET: &str = "待确认匹配";
/// First sheet.
pub const NOTES_SHEET: &str = "说明";

/// Rows of one township.
pub(super) struct Township {
    county: String,
    name: String,
    /// Sheet name → rows, departments first, review last.
    sheets: Vec<(String, Vec<Row>)>,
    resolved: u64,
}

/// Writes all lists. Rows are made township by township: their texts are never all at hand.
pub(super) fn write(
    inputs: &PublicationInputs<'_>,
    people: &People<'_>,
    outputs: &mut Outputs,
) -> Result<()> {
    let groups = groups(inputs, people);
    for group in &groups {
        if let Some((folder, _)) = group.path.rsplit_once('/') {
            make_folder(&outputs.path(folder), 0o750)?;
        }
    }
    let (root, wanted) = (&*outputs, &inputs.catalogue.outputs);
    groups
        .par_iter()
        .map(|group| {
            let township = group.township(inputs, people)?;
            if wanted.xlsx {
                workbook::write(inputs, &township, &root.path(&format!("{}.xlsx", group.path)))?;
            }
            if wanted.csv {
                let path = root.path(&format!("{}.csv", group.path));
                let header = COLUMNS.map(|c| c.title.to_owned());
                let rows = township.sheets.iter().flat_map(|(_, rows)| rows).map(|row| &row.cells);
                write_csv(&path, 0o640, std::iter::once(&header).chain(rows))?;
            }
            Ok(())
        })
        .collect::<Result<Vec<()>>>()?;
    for group in &groups {
        for (suffix, wanted) in [("xlsx", wanted.xlsx), ("csv", wanted.csv)] {
            if wanted {
                outputs.note(&format!("{}.{suffix}", group.path), Some(group.open.len() as u64));
            }
        }
    }
    rejects::write(inputs, outputs)
}

/// Exceptions of one township.
struct Group<'a> {
    county: String,
    name: String,
    /// Path without suffix.
    path: String,
    /// Those that have a row.
    open: Vec<&'a TrackedException>,
    resolved: u64,
}

impl Group<'_> {
    fn township(&self, inputs: &PublicationInputs<'_>, people: &People<'_>) -> Result<Township> {
        let rows = self.open.iter().map(|t| Row::build(inputs, people, &people.by_finding, t));
        let mut rows: Vec<Row> = rows.collect::<Result<_>>()?;
        rows.sort_by(|a, b| a.order().cmp(&b.order()));
        let mut sheets: Vec<(String, Vec<Row>)> = Vec::new();
        for row in rows {
            match sheets.last_mut() {
                Some((sheet, rows)) if *sheet == row.sheet => rows.push(row),
                _ => sheets.push((row.sheet.clone(), vec![row])),
            }
        }
        let (county, name) = (self.county.clone(), self.name.clone());
        Ok(Township { county, name, sheets, resolved: self.resolved })
    }
}

/// Townships with open exceptions, in order of their codes.
fn groups<'a>(inputs: &PublicationInputs<'a>, people: &People<'_>) -> Vec<Group<'a>> {
    let mut open: BTreeMap<(&str, &str), Vec<&TrackedException>> = BTreeMap::new();
    let mut resolved: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for tracked in inputs.tracked.iter().filter(|t| !t.is_history(inputs.quarter)) {
        let place = (&*tracked.exception.county_code, &*tracked.exception.township_code);
        if tracked.is_open() {
            // What follows from another row of the same sheet is told there.
            if !row::told_elsewhere(&people.by_finding, tracked) {
                open.entry(place).or_default().push(tracked);
            }
        } else {
            *resolved.entry(place).or_default() += 1;
        }
    }
    let mut taken = BTreeSet::new();
    let mut groups = Vec::new();
    for ((county_code, township_code), open) in open {
        let name = |code: &str, unknown: &str| match code {
            "" => unknown.to_owned(),
            code => people.division_name(code).unwrap_or(code).to_owned(),
        };
        let (county, name) = (name(county_code, "未定县区"), name(township_code, "未定乡镇"));
        let mut path = format!("lists/{}/{}", names::file(&county), names::file(&name));
        // Two units may bear the same name once unsafe characters are gone.
        if !taken.insert(path.clone()) {
            path = format!("{path}_{}", names::file(township_code));
        }
        let resolved = resolved.get(&(county_code, township_code)).copied().unwrap_or(0);
        groups.push(Group { county, name, path, open, resolved });
    }
    groups
}

fn xlsx(error: rust_xlsxwriter::XlsxError) -> Error {
    Error::new(crate::ErrorKind::Io, format!("生成工作簿失败：{error}"))
        .hint("检查磁盘是否已满、临时文件夹是否可写")
        .caused_by(error)
}
