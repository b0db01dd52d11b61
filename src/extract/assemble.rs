//! Collects the rows of one table into text columns, telling data from what is not.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{StringArray, StringBuilder};

use super::header::Below;
use super::{Malformed, RawTable, SkipReason, text};
use crate::config::clean_header;
use crate::model::source_table::RawTableInfo;

/// Builds one [`RawTable`] row by row.
pub(super) struct Assembler {
    below: Below,
    /// One per header; none where the column is left out.
    columns: Vec<Option<StringBuilder>>,
    rows: Vec<u32>,
    skipped: Vec<(u32, SkipReason)>,
    malformed: Vec<Malformed>,
    /// What a cell may hold besides plain text.
    pub rare: Rare,
}

/// What must be looked for in every cell, unless the text as a whole is known to be without.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rare {
    /// NUL characters.
    pub nul: bool,
    /// `&#NNNN;`.
    pub entities: bool,
}

impl Assembler {
    /// For a table of about `rows` rows.
    pub fn new(info: &RawTableInfo, rows: usize) -> Self {
        Self::without(info, rows, &BTreeSet::new())
    }
    /// Columns with these (cleaned) headers stay empty.
    pub fn without(info: &RawTableInfo, rows: usize, left_out: &BTreeSet<String>) -> Self {
        let column = |header: &String| {
            let wanted = left_out.is_empty() || !left_out.contains(&clean_header(header));
            wanted.then(|| StringBuilder::with_capacity(rows, rows * 12))
        };
        Self {
            below: Below::new(&info.headers),
            columns: info.headers.iter().map(column).collect(),
            rows: Vec::with_capacity(rows),
            skipped: Vec::new(),
            malformed: Vec::new(),
            rare: Rare { nul: true, entities: true },
        }
    }
    pub fn skip(&mut self, row: u32, reason: SkipReason) {
        self.skipped.push((row, reason));
    }
    pub fn reject(&mut self, row: u32, original: &str, reason: String) {
        self.malformed.push(Malformed { row, original: original.chars().take(500).collect(), reason });
    }
    /// Adds a row of cells; outer spaces and control characters are not content.
    pub fn push(&mut self, row: u32, cells: &[impl AsRef<str>]) {
        let (mut filled, mut first, mut end) = (0, "", 0);
        for (at, cell) in cells.iter().enumerate() {
            let cell = trim(cell.as_ref());
            if !cell.is_empty() {
                if filled == 0 {
                    first = cell;
                }
                filled += 1;
                end = at + 1;
            }
        }
        if let Some(reason) = self.below.not_data(filled, first, cells) {
            return self.skip(row, reason);
        }
        let width = self.columns.len();
        let original = || cells.iter().map(|c| c.as_ref()).collect::<Vec<_>>().join("\t");
        if end > width {
            let reason = format!(
                "这一行有{end}格,表头只有{width}列,不知道多出的是哪一列;多半是内容里有未加引号的分隔符"
            );
            return self.reject(row, &original(), reason);
        }
        if self.rare.nul && cells.iter().any(|c| c.as_ref().contains('\0')) {
            return self.reject(
                row,
                &original(),
                "这一行含有空字符(NUL),文件在该处已损坏;请重新导出".to_owned(),
            );
        }
        for (index, column) in self.columns.iter_mut().enumerate() {
            let Some(column) = column else { continue };
            let cell = cells.get(index).map_or("", |c| trim(c.as_ref()));
            if cell.is_empty() {
                column.append_null();
            } else if self.rare.entities {
                column.append_value(text::entities(cell));
            } else {
                column.append_value(cell);
            }
        }
        self.rows.push(row);
    }
    pub fn finish(self, info: Arc<RawTableInfo>) -> RawTable {
        let rows = self.rows.len();
        RawTable {
            info,
            columns: (self.columns.into_iter())
                .map(|column| column.map_or_else(|| StringArray::new_null(rows), |mut c| c.finish()))
                .collect(),
            rows: self.rows,
            skipped: self.skipped,
            malformed: self.malformed,
        }
    }
}

/// Outer white space of every kind, and the marks exporters put before numbers to keep them text.
pub(super) fn trim(cell: &str) -> &str {
    // Nearly all cells begin and end with a visible ASCII or a Han character.
    let (Some(first), Some(last)) = (cell.as_bytes().first(), cell.as_bytes().last()) else { return cell };
    let han = |b: u8| (0xE4..=0xE9).contains(&b);
    let ends_plain = last.is_ascii_graphic() && *first >= 0xE4
        || (first.is_ascii_graphic() || han(*first))
            && (last.is_ascii_graphic() || han(cell.as_bytes()[cell.len().saturating_sub(3)]));
    if ends_plain {
        return cell;
    }
    cell.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{202a}' | '\u{202c}')
    })
}
