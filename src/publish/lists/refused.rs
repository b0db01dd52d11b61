//! What stopped a run, for those who can mend it: the rows returned, one list per department.

use std::collections::BTreeMap;

use super::rejects::{REJECT_COLUMNS, reject_cells};
use super::safe_names::safe_file_name;
use crate::config::Pipeline;
use crate::load::LoadedSource;
use crate::privacy::formula_cells::neutralize_formula_cell;
use crate::publish::tables::returned_rows;
use crate::{Error, Result};

/// The rows that a department gets back when nothing is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefusedList {
    /// Department that delivered them.
    pub(crate) owner: String,
    /// Name of a file for it.
    pub(crate) file_name: String,
    /// CSV as a spreadsheet opens it: UTF-8 with byte order mark, CRLF, long numbers masked.
    pub(crate) text: String,
    /// Rows rejected whole.
    pub(crate) rejected: usize,
    /// Cells not read in rows that would be accepted.
    pub(crate) warned: usize,
}

/// Makes the lists of all departments that have a row or cell returned, by department.
///
/// # Errors
/// An internal error: a list cannot be written as CSV.
pub(crate) fn refused_lists(pipeline: &Pipeline, loaded: &[LoadedSource]) -> Result<Vec<RefusedList>> {
    let mut by_owner: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for source in loaded {
        let contract = pipeline.source(&source.records.source);
        let (owner, title) = contract.map_or(("", ""), |c| (c.owner.as_str(), c.title.as_str()));
        for (reject, severity) in returned_rows(std::slice::from_ref(source)) {
            let rows = by_owner.entry(owner).or_default();
            let mut cells = vec![title.to_owned()];
            cells.extend(reject_cells(rows.len() + 1, reject, severity));
            rows.push(cells);
            counts.entry(owner).or_default()[usize::from(severity == "warn")] += 1;
        }
    }
    by_owner
        .into_iter()
        .map(|(owner, rows)| {
            let [rejected, warned] = counts.get(owner).copied().unwrap_or_default();
            let owner = if owner.is_empty() { "未定部门" } else { owner };
            let file_name = format!("退回_{}.csv", safe_file_name(owner));
            Ok(RefusedList { owner: owner.to_owned(), file_name, text: csv_text(&rows)?, rejected, warned })
        })
        .collect()
}

fn csv_text(rows: &[Vec<String>]) -> Result<String> {
    let failed = |e: String| Error::internal("退回清单不能写成 CSV").caused_by(std::io::Error::other(e));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let header: Vec<String> =
        std::iter::once("来源").chain(REJECT_COLUMNS.map(|(title, _)| title)).map(str::to_owned).collect();
    for row in std::iter::once(&header).chain(rows) {
        let cells = row.iter().map(|cell| neutralize_formula_cell(cell));
        writer.write_record(cells.map(|c| c.as_bytes().to_vec())).map_err(|e| failed(e.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(e.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|e| failed(e.to_string()))?;
    Ok(format!("\u{FEFF}{text}"))
}
