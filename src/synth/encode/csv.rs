//! Comma-separated text.

use super::SheetLayout;
use crate::synth::village_rows::InventedCell;

/// Appends one line.
pub(crate) fn write_csv_line<'a>(
    out: &mut String,
    cells: impl Iterator<Item = std::borrow::Cow<'a, str>>,
    end: &str,
) {
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
pub(crate) fn csv_text(sheet: &SheetLayout) -> String {
    let mut out = String::new();
    for row in sheet.grid() {
        write_csv_line(&mut out, row.iter().map(InventedCell::text), "\r\n");
    }
    out
}
