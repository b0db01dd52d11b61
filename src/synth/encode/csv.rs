//! Comma-separated text.

use super::Sheet;
use crate::synth::rows::Cell;

/// Appends one line.
pub fn line<'a>(out: &mut String, cells: impl Iterator<Item = std::borrow::Cow<'a, str>>, end: &str) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str(end);
}

/// The whole sheet as text with CRLF line ends.
pub fn text(sheet: &Sheet) -> String {
    let mut out = String::new();
    for row in sheet.grid() {
        line(&mut out, row.iter().map(Cell::text), "\r\n");
    }
    out
}
