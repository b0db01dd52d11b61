//! `lists/`: the exceptions as the people who knock on doors get them, one workbook per
//! township, one sheet per responsible department, and what the departments get back.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::PublicationInputs;
use super::files::{Outputs, make_folder, write_csv};
use super::people::People;
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
    /// Path without suffix.
    path: String,
    /// Sheet name → rows, departments first, review last.
    sheets: Vec<(String, Vec<Row>)>,
    resolved: u64,
}

/// Writes all lists.
pub(super) fn write(
    inputs: &PublicationInputs<'_>,
    people: &People<'_>,
    outputs: &mut Outputs,
) -> Result<()> {
    let townships = townships(inputs, people)?;
    for township in &townships {
        if let Some((folder, _)) = township.path.rsplit_once('/') {
            make_folder(&outputs.path(folder), 0o750)?;
        }
    }
    let (root, wanted) = (&*outputs, &inputs.catalogue.outputs);
    townships
        .par_iter()
        .map(|t| {
            if wanted.xlsx {
                workbook::write(inputs, t, &root.path(&format!("{}.xlsx", t.path)))?;
            }
            if wanted.csv {
                write_csv(&root.path(&format!("{}.csv", t.path)), 0o640, &csv_rows(t))?;
            }
            Ok(())
        })
        .collect::<Result<Vec<()>>>()?;
    for township in &townships {
        let rows = township.sheets.iter().map(|(_, rows)| rows.len() as u64).sum();
        for (suffix, wanted) in [("xlsx", wanted.xlsx), ("csv", wanted.csv)] {
            if wanted {
                outputs.note(&format!("{}.{suffix}", township.path), Some(rows));
            }
        }
    }
    rejects::write(inputs, outputs)
}

fn csv_rows(township: &Township) -> Vec<Vec<String>> {
    let header = COLUMNS.iter().map(|c| c.title.to_owned()).collect();
    let rows = township.sheets.iter().flat_map(|(_, rows)| rows).map(|r| r.cells.to_vec());
    std::iter::once(header).chain(rows).collect()
}

fn townships(inputs: &PublicationInputs<'_>, people: &People<'_>) -> Result<Vec<Township>> {
    let by_finding = &people.by_finding;
    let mut groups: BTreeMap<(&str, &str), Vec<Row>> = BTreeMap::new();
    let mut resolved: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for tracked in inputs.tracked.iter().filter(|t| !t.is_history(inputs.quarter)) {
        let place = (tracked.exception.county_code.as_str(), tracked.exception.township_code.as_str());
        if tracked.is_open() {
            // What follows from another row of the same sheet is told there.
            if !row::told_elsewhere(by_finding, tracked) {
                groups.entry(place).or_default().push(Row::build(inputs, people, by_finding, tracked)?);
            }
        } else {
            *resolved.entry(place).or_default() += 1;
        }
    }
    let mut taken = BTreeMap::new();
    let mut out = Vec::new();
    for ((county_code, township_code), mut rows) in groups {
        let name = |code: &str, unknown: &str| match code {
            "" => unknown.to_owned(),
            code => people.division_name(code).unwrap_or(code).to_owned(),
        };
        let (county, township) = (name(county_code, "未定县区"), name(township_code, "未定乡镇"));
        let mut path = format!("lists/{}/{}", names::file(&county), names::file(&township));
        // Two units may bear the same name once unsafe characters are gone.
        if taken.insert(path.clone(), ()).is_some() {
            path = format!("{path}_{}", names::file(township_code));
        }
        rows.sort_by(|a, b| a.order.cmp(&b.order));
        let mut sheets: Vec<(String, Vec<Row>)> = Vec::new();
        for row in rows {
            match sheets.last_mut() {
                Some((sheet, rows)) if *sheet == row.sheet => rows.push(row),
                _ => sheets.push((row.sheet.clone(), vec![row])),
            }
        }
        let resolved = resolved.get(&(county_code, township_code)).copied().unwrap_or(0);
        out.push(Township { county, name: township, path, sheets, resolved });
    }
    Ok(out)
}

fn xlsx(error: rust_xlsxwriter::XlsxError) -> Error {
    Error::new(crate::ErrorKind::Io, format!("生成工作簿失败：{error}"))
        .hint("检查磁盘是否已满、临时文件夹是否可写")
        .caused_by(error)
}
