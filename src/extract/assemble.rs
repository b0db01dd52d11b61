//! Collects the rows of one table into text columns, telling data from what is not.

use std::sync::Arc;

use arrow::array::StringBuilder;

use super::{Malformed, RawTable, RawTableInfo, SkipReason, header, text};

/// Builds one [`RawTable`] row by row.
pub(super) struct Assembler<'a> {
    info: &'a RawTableInfo,
    columns: Vec<StringBuilder>,
    rows: Vec<u32>,
    skipped: Vec<(u32, SkipReason)>,
    malformed: Vec<Malformed>,
}

impl<'a> Assembler<'a> {
    pub fn new(info: &'a RawTableInfo, rows: usize) -> Self {
        let columns = info.headers.iter().map(|_| StringBuilder::with_capacity(rows, rows * 12)).collect();
        Self { info, columns, rows: Vec::with_capacity(rows), skipped: Vec::new(), malformed: Vec::new() }
    }
    pub fn skip(&mut self, row: u32, reason: SkipReason) {
        self.skipped.push((row, reason));
    }
    pub fn reject(&mut self, row: u32, original: &str, reason: String) {
        self.malformed.push(Malformed { row, original: original.chars().take(500).collect(), reason });
    }
    /// Adds a row of cells; outer spaces and control characters are not content.
    pub fn push(&mut self, row: u32, cells: &[impl AsRef<str>]) {
        let trimmed = cells.iter().map(|c| trim(c.as_ref()));
        if let Some(reason) = header::not_data(trimmed, &self.info.headers) {
            return self.skip(row, reason);
        }
        let width = self.columns.len();
        let filled = cells.iter().rposition(|c| !trim(c.as_ref()).is_empty()).map_or(0, |last| last + 1);
        let original = || cells.iter().map(|c| c.as_ref()).collect::<Vec<_>>().join("\t");
        if filled > width {
            let reason = format!(
                "这一行有{filled}格,表头只有{width}列,不知道多出的是哪一列;多半是内容里有未加引号的分隔符"
            );
            return self.reject(row, &original(), reason);
        }
        if cells.iter().any(|c| c.as_ref().contains('\0')) {
            return self.reject(
                row,
                &original(),
                "这一行含有空字符(NUL),文件在该处已损坏;请重新导出".to_owned(),
            );
        }
        for (index, column) in self.columns.iter_mut().enumerate() {
            let cell = cells.get(index).map_or("", |c| trim(c.as_ref()));
            if cell.is_empty() {
                column.append_null();
            } else {
                column.append_value(text::entities(cell));
            }
        }
        self.rows.push(row);
    }
    pub fn finish(mut self, info: Arc<RawTableInfo>) -> RawTable {
        RawTable {
            info,
            columns: self.columns.iter_mut().map(StringBuilder::finish).collect(),
            rows: self.rows,
            skipped: self.skipped,
            malformed: self.malformed,
        }
    }
}

/// Outer white space of every kind, and the marks exporters put before numbers to keep them text.
pub(super) fn trim(cell: &str) -> &str {
    let plain = cell.as_bytes().first().is_none_or(|b| b.is_ascii_graphic() || *b >= 0xE4)
        && cell.as_bytes().last().is_none_or(u8::is_ascii_graphic);
    if plain {
        return cell;
    }
    cell.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{202a}' | '\u{202c}')
    })
}
