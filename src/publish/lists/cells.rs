//! Rows of a list as a worksheet holds them. A list has thirty-odd cells a row, all alike: making
//! them here, without a model of the sheet, is most of what makes lists quick.

use std::borrow::Cow;
use std::fmt::Write as _;

use rust_xlsxwriter::utility::column_number_to_name;

use super::line_breaks::wrapped_line_count;
use super::list_column::{ListColumn, ListColumnKind, ListLayout};
use super::list_row::ListRow;
use super::style::CellStyle;
use crate::model::answer_column::AnswerColumn;
use crate::privacy::formula_cells::is_formula_cell;

/// Most UTF-16 units of a cell that a spreadsheet opens.
const LONGEST: usize = 32_767;

/// Writes rows, one after the other.
pub(super) struct SheetRowWriter<'l> {
    layout: &'l ListLayout,
    /// `<c r="` with the letters of each column.
    begins: Vec<String>,
    /// The row's number, `1` being the header's.
    number: String,
}

impl<'l> SheetRowWriter<'l> {
    pub(super) fn new(layout: &'l ListLayout) -> Self {
        let letters = (0..layout.columns.len()).map(|at| column_number_to_name(at as u16));
        let begins = letters.map(|letters| format!("<c r=\"{letters}")).collect();
        Self { layout, begins, number: String::new() }
    }

    /// Appends a row, the header's being number 1.
    pub(super) fn push(&mut self, number: usize, row: &ListRow<'_>, out: &mut String) {
        self.number.clear();
        let _ = write!(self.number, "{number}");
        let height = cell_row_height(self.layout, row);
        // Some programs lay the lines of rows without a height over each other.
        let _ = write!(out, r#"<row r="{number}" ht="{height}" customHeight="1">"#);
        for (c, (column, text)) in self.layout.columns.iter().zip(&row.cells).enumerate() {
            out.push_str(&self.begins[c]);
            out.push_str(&self.number);
            out.push_str("\" s=\"");
            let is_printed = c < usize::from(self.layout.printed);
            let _ = write!(out, "{}", cell_style((*column, is_printed), text, row) as u8);
            if text.is_empty() {
                out.push_str("\"/>");
                continue;
            }
            out.push_str("\" t=\"inlineStr\"><is><t");
            let blank = ['\t', '\n', ' '];
            if text.starts_with(blank) || text.ends_with(blank) {
                out.push_str(" xml:space=\"preserve\"");
            }
            out.push('>');
            push_cell_text(text, out);
            out.push_str("</t></is></c>");
        }
        out.push_str("</row>");
    }
}

fn cell_style((column, is_printed): (ListColumn, bool), text: &str, row: &ListRow<'_>) -> CellStyle {
    use AnswerColumn as A;
    use ListColumn as L;
    match column {
        L::Due if row.overdue => CellStyle::Overdue,
        L::Answer(A::Number) | L::Severity if row.severe => CellStyle::Severe,
        L::Answer(A::StoppedMonth | A::AnsweredOn) => CellStyle::Written,
        L::Name if !is_formula_cell(text) => CellStyle::Name,
        _ => match column.kind() {
            ListColumnKind::Short | ListColumnKind::Hidden if is_formula_cell(text) => CellStyle::ShortQuoted,
            ListColumnKind::Short | ListColumnKind::Hidden => CellStyle::Short,
            ListColumnKind::Long if !is_printed && is_formula_cell(text) => CellStyle::FarQuoted,
            ListColumnKind::Long if !is_printed => CellStyle::Far,
            ListColumnKind::Long if is_formula_cell(text) => CellStyle::LongQuoted,
            ListColumnKind::Long => CellStyle::Long,
            ListColumnKind::Answer => CellStyle::Answer,
        },
    }
}

/// A text that a cell can hold: the longest are cut, with a mark that says so.
pub(super) fn shorten_cell(text: &str) -> Cow<'_, str> {
    // A character has one unit or two, and one byte at least.
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let mark = format!("…（原文{}字，已截短）", text.chars().count());
    let mut room = LONGEST - mark.encode_utf16().count();
    let end = text.char_indices().find(|(_, c)| match room.checked_sub(c.len_utf16()) {
        Some(left) => {
            room = left;
            false
        }
        None => true,
    });
    format!("{}{mark}", &text[..end.map_or(text.len(), |(at, _)| at)]).into()
}

/// Appends a text with what XML and spreadsheets take for something else escaped.
fn push_cell_text(text: &str, out: &mut String) {
    let text = shorten_cell(text);
    let text = text.as_ref();
    // Hardly a text needs anything; whole chunks are looked at side by side.
    let plain = |chunk: &[u8]| !chunk.iter().fold(false, |found, &byte| found | is_special_cell_byte(byte));
    if text.as_bytes().chunks(64).all(plain) {
        out.push_str(text);
        return;
    }
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' => out.push(c),
            // How spreadsheets write what XML cannot hold, and what looks like it.
            '\0'..='\x1F' | '\u{FFFE}' | '\u{FFFF}' => {
                let _ = write!(out, "_x{:04X}_", c as u32);
            }
            '_' if is_escape(&text.as_bytes()[at..]) => out.push_str("_x005F_"),
            _ => out.push(c),
        }
    }
}

/// True for bytes that may begin something to escape.
fn is_special_cell_byte(byte: u8) -> bool {
    (byte < b' ' && byte != b'\n') | matches!(byte, b'&' | b'<' | b'>' | b'_' | 0xEF)
}

/// True if `_x` and four hexadecimal digits between underscores come next.
fn is_escape(text: &[u8]) -> bool {
    matches!(text, [b'_', b'x', a, b, c, d, b'_', ..] if [a, b, c, d].iter().all(|d| d.is_ascii_hexdigit()))
}

/// Height in points that shows every line of what is printed; what is seldom read stands in one line and may be cut off.
fn cell_row_height(layout: &ListLayout, row: &ListRow<'_>) -> f64 {
    let printed = layout.columns.iter().zip(&row.cells).take(layout.printed.into());
    row_height(printed.map(|(column, text)| (text.as_ref(), column.width())), 2)
}

/// Height in points of a row of some texts in columns of some widths, with room for so many lines at least.
pub(super) fn row_height<'t>(cells: impl Iterator<Item = (&'t str, f64)>, least: usize) -> f64 {
    let lines = cells.map(|(text, width)| line_count(text, width)).max();
    let points = (lines.unwrap_or(1).clamp(least, 20) as f64 * LINE + 3.0).min(400.0);
    // Rows are whole pixels high, four to three points.
    (points * 4.0 / 3.0).round() * 0.75
}

/// Points that a line takes. With less, programs whose fonts are higher than 宋体 cut the third line in two.
const LINE: f64 = 13.2;
/// How many characters of ten points a unit of a column's width takes: seven pixels, of six and two thirds each.
const CHARACTERS: f64 = 1.05;

/// Lines that a text takes in a column of a width.
pub(super) fn line_count(text: &str, width: f64) -> usize {
    let room = ((width * CHARACTERS) as usize).max(2);
    text.split('\n').map(|line| wrapped_line_count(line, room)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        push_cell_text(text, &mut out);
        out
    }

    #[test]
    fn what_spreadsheets_take_for_something_else_is_escaped() {
        assert_eq!(escaped("甲<乙> & \"丙\"\n丁"), "甲&lt;乙&gt; &amp; \"丙\"\n丁");
        assert_eq!(escaped("a\u{0}b\r\u{FFFF}"), "a_x0000_b_x000D__xFFFF_");
        assert_eq!(escaped("_x000D_ x_y _xyz_ _"), "_x005F_x000D_ x_y _xyz_ _");
        assert_eq!(escaped("registry_person＝"), "registry_person＝");
    }

    #[test]
    fn what_no_cell_can_hold_is_cut_with_a_mark() {
        for text in ["长".repeat(LONGEST), "a".repeat(LONGEST)] {
            assert_eq!(escaped(&text), text);
        }
        for text in ["长".repeat(LONGEST + 1), "𠮷".repeat(20_000), format!("a{}", "𠮷".repeat(20_000))]
        {
            let cut = escaped(&text);
            let units = cut.encode_utf16().count();
            assert!((LONGEST - 1..=LONGEST).contains(&units), "{units}");
            assert!(cut.ends_with(&format!("…（原文{}字，已截短）", text.chars().count())));
        }
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(line_count("", 5.0), 1);
        assert_eq!(line_count("一二三", 5.0), 2);
        assert_eq!(line_count("一二三", 5.8), 1);
        assert_eq!(line_count("abcde", 5.0), 1);
        assert_eq!(line_count("abcdef\n\n一", 5.0), 4);
    }
}
