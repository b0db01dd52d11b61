//! Cells that a spreadsheet would run.

use std::borrow::Cow;

// Some spreadsheets fold the full-width forms before they decide.
const FULL_EQUALS: char = '\u{FF1D}';
const FULL_PLUS: char = '\u{FF0B}';
const FULL_MINUS: char = '\u{FF0D}';
const FULL_AT: char = '\u{FF20}';

/// True where a spreadsheet may take the text for a formula or a command.
pub(crate) fn is_formula_cell(text: &str) -> bool {
    matches!(
        text.chars().next(),
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | FULL_EQUALS | FULL_PLUS | FULL_MINUS | FULL_AT)
    )
}

/// Text for a CSV cell: an apostrophe goes before anything that a spreadsheet would run.
pub(crate) fn neutralize_formula_cell(text: &str) -> Cow<'_, str> {
    if is_formula_cell(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        for bad in ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\u{FF1D}1"] {
            assert!(neutralize_formula_cell(bad).starts_with('\''), "{bad}");
        }
        assert_eq!(neutralize_formula_cell("张三"), "张三");
        assert_eq!(neutralize_formula_cell("a=b"), "a=b");
        assert_eq!(neutralize_formula_cell(""), "");
    }
}
