//! What lists said when they were handed out, so that it is seen where an officer changed a cell that is not his.
//!
//! Only digests are kept: texts are compared in a form that a save as CSV or in another program does not change.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use hashbrown::HashMap;
use rayon::prelude::*;

use super::known_exceptions::PublishedExceptions;
use super::returned_sheet::{ReturnedFile, ReturnedRow, ReturnedSheet, half_width, read_returned_file};
use crate::Result;
use crate::model::answer_column::AnswerColumn;
use crate::model::written_date::parse_written_date;
use crate::track::bare_key;
use crate::worker::Worker;

/// A column that only counts the rows of a sheet.
const SERIAL: &str = "序号";
/// Rows that were returned to their departments: no lists of exceptions.
const REJECTS: &str = "lists/退回/";
/// Digits from which a number that a spreadsheet took for one lost some.
const LONG_NUMBER: usize = 12;
/// Characters of a cell that are compared: spreadsheets cut longer ones.
const COMPARED: usize = 30_000;

/// The cells of all lists of a publication.
#[derive(Debug, Default)]
pub(super) struct IssuedLists {
    /// Row key → title → digest.
    rows: HashMap<String, Vec<(u64, u64)>>,
}

impl IssuedLists {
    /// Reads the lists of a publication: those of CSV where there are any, else the workbooks.
    ///
    /// # Errors
    /// A list is not what was published, or cannot be read.
    pub(super) fn read(worker: Option<&Worker>, run: &PublishedExceptions) -> Result<Self> {
        let outputs = run.snapshot.outputs().iter().map(|output| output.path.as_str());
        let lists: Vec<&str> =
            outputs.filter(|path| path.starts_with("lists/") && !path.starts_with(REJECTS)).collect();
        let ending = |ending: &str| -> Vec<&str> {
            lists.iter().copied().filter(|path| path.ends_with(ending)).collect()
        };
        let chosen = match ending(".csv") {
            none if none.is_empty() => ending(".xlsx"),
            some => some,
        };
        let read = |path: &&str| -> Result<Option<ReturnedFile>> {
            let file = run.snapshot.checked_path(path)?;
            // A township of which nothing is found has a workbook without a list.
            Ok(read_returned_file(worker, &file, path).ok())
        };
        let files = chosen.par_iter().map(read).collect::<Result<Vec<_>>>()?;
        let mut issued = Self::default();
        for sheet in files.iter().flatten().flat_map(|file| &file.sheets) {
            for &row in &sheet.rows {
                let cells = protected_cells(sheet, row)
                    .map(|(title, text)| (digest(title), digest(&plain_cell(text))));
                let key = sheet.key(row, AnswerColumn::RowKey);
                issued.rows.insert(bare_key(&key).to_owned(), cells.collect());
            }
        }
        Ok(issued)
    }

    /// Titles of the cells of a row that say something else than they did; `None` if no list has the row.
    pub(super) fn changed_cells(
        &self,
        key: &str,
        sheet: &ReturnedSheet,
        row: ReturnedRow,
    ) -> Option<Vec<String>> {
        let issued = self.rows.get(bare_key(key))?;
        let mut changed = Vec::new();
        for (title, text) in protected_cells(sheet, row) {
            let (title_digest, plain) = (digest(title), plain_cell(text));
            let was = issued.iter().find(|(title, _)| *title == title_digest);
            if was.is_some_and(|(_, was)| *was != digest(&plain)) && !is_ruined_number(text) {
                changed.push(title.to_owned());
            }
        }
        Some(changed)
    }
}

fn protected_cells(sheet: &ReturnedSheet, row: ReturnedRow) -> impl Iterator<Item = (&str, &str)> {
    let protected = sheet.headers[row.header].protected.iter();
    protected
        .filter(|(title, _)| title != SERIAL)
        .map(move |(title, column)| (title.as_str(), sheet.cell(row.at, *column)))
}

fn digest(text: &str) -> u64 {
    // Compared within one process alone.
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// `4.10621E+17`: a spreadsheet took a long number for a number, which is no change of the officer's.
pub(super) fn is_ruined_number(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once(['E', 'e']) else { return false };
    number.parse::<f64>().is_ok()
        && exponent
            .strip_prefix('+')
            .unwrap_or(exponent)
            .parse::<u32>()
            .is_ok_and(|power| power as usize >= LONG_NUMBER - 1)
}

/// A cell without what saving in another program or format changes: blanks, line ends, the form of days and numbers, the
/// apostrophe that keeps a text from being a formula.
fn plain_cell(text: &str) -> String {
    let text = text.strip_prefix('\'').unwrap_or(text).trim();
    if text.len() <= 24 && text.starts_with(|c: char| c.is_ascii_digit()) {
        if let Some(day) =
            parse_written_date(text).filter(|date| date.day.is_some() && text.contains(['-', '/', '.', '年']))
        {
            return format!("{:04}-{:02}-{:02}", day.year, day.month, day.day.unwrap_or_default());
        }
        if text.len() < LONG_NUMBER
            && let Ok(number) = text.parse::<f64>()
        {
            return number.to_string();
        }
    }
    text.chars().filter(|c| !c.is_whitespace()).map(half_width).take(COMPARED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_change_by_saving_is_no_change() {
        for (issued, returned) in [
            ("2018-09-30", "2018/9/30"),
            ("'=1+1", "=1+1"),
            ("第1行\n第2行", "第1行\r\n第2行"),
            ("3", "3.0"),
            ("甲 ，乙", "甲,乙"),
        ] {
            assert_eq!(plain_cell(issued), plain_cell(returned), "{issued}");
        }
        for (issued, returned) in [("2018-09-30", "2018/9/29"), ("300", "301"), ("姓名", "姓"), ("", "属实")]
        {
            assert_ne!(plain_cell(issued), plain_cell(returned), "{issued}");
        }
        assert!(is_ruined_number("4.10621E+17") && is_ruined_number("4.1E17"));
        assert!(!is_ruined_number("2E3") && !is_ruined_number("R1E12") && !is_ruined_number("属实"));
    }
}
