//! Errors of XLSX cells that the reader of workbooks does not know: one would make it give up the whole workbook.

use std::ops::Range;

use quick_xml::events::BytesStart;

use super::part_edits::edit_cell_values;
use super::workbook::filled_sheet::is_error_text;

/// The errors that it knows.
const KNOWN: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];

/// Might a value be an error that it does not know?
pub(super) fn may_be_unknown_error(value: &[u8]) -> bool {
    matches!(value.first(), Some(b'#' | b'E')) && !KNOWN.iter().any(|known| known.as_bytes() == value)
}

/// The worksheet with such errors written as texts, which are then known as errors; none if there are none.
pub(super) fn unknown_errors_as_texts(part: &str) -> Option<String> {
    let begin = |_: &BytesStart<'_>, here: Range<usize>| {
        let start = here.start;
        type_of_error(&part[here]).map(|at| start + at)
    };
    edit_cell_values(part, begin, |cell, (here, text), edits| {
        if KNOWN.contains(&text) {
            return Some(());
        }
        let Some(at) = cell.take() else { return Some(()) };
        edits.push((at..at + 1, "str".to_owned()));
        // Whatever it says, the cell is marked as an error.
        if !is_error_text(text) {
            edits.push((here, "#VALUE!".to_owned()));
        }
        Some(())
    })
}

/// Where the `e` of `t="e"` stands in a tag.
fn type_of_error(tag: &str) -> Option<usize> {
    let bytes = tag.as_bytes();
    bytes.windows(5).enumerate().find_map(|(at, window)| match window {
        [before, b't', b'=', quote @ (b'"' | b'\''), b'e']
            if before.is_ascii_whitespace() && bytes.get(at + 5) == Some(quote) =>
        {
            Some(at + 4)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_that_are_not_known_change() {
        let part = "<x:c r=\"A1\" t=\"e\"><x:v>#SPILL!</x:v></x:c><c t='e' r='B1'><f>A2</f><v>Err:999x</v></c>\
                    <c t=\"e\"><v>#N/A</v></c><c t=\"str\"><v>#SPILL!</v></c>";
        let changed = "<x:c r=\"A1\" t=\"str\"><x:v>#SPILL!</x:v></x:c><c t='str' r='B1'><f>A2</f><v>#VALUE!</v></c>\
                       <c t=\"e\"><v>#N/A</v></c><c t=\"str\"><v>#SPILL!</v></c>";
        assert_eq!(unknown_errors_as_texts(part).as_deref(), Some(changed));
        assert_eq!(unknown_errors_as_texts("<c t=\"e\"><v>#N/A</v></c>"), None);
        assert!(may_be_unknown_error(b"#BLOCKED!") && !may_be_unknown_error(b"#N/A"));
    }
}
