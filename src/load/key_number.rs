//! Numbers by which lists refer to each other, such as those of households: one number, however a program wrote it.

use std::borrow::Cow;

use crate::config::{ColumnRole, SourceColumn};
use crate::model::column_type::ContractType;

/// Does a column hold numbers of households, or of something else that has a number (`…_no`) and no rules of its own
/// for writing it?
pub(super) fn is_key_column(column: &SourceColumn) -> bool {
    let numbered = column.role.is_none() && column.name.ends_with("_no");
    column.kind == ContractType::Text && (numbered || column.role == Some(ColumnRole::Household))
}

/// A number without what programs add to it: digits and letters of full width become plain ones, blanks and quotes
/// around it and the `.0` of a number that was made a text fall away. Everything else stays.
pub(super) fn clean_key_number(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/')) {
        return Cow::Borrowed(text);
    }
    let folded: String = text.chars().map(fold_key_character).collect();
    let around = |c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’' | '\u{FF02}' | '\u{FF07}')
    };
    let bare = folded.trim_matches(around);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let bare = match bare.split_once('.') {
        Some((whole, noughts)) if digits(whole) && digits(noughts) && noughts.bytes().all(|b| b == b'0') => {
            whole
        }
        _ => bare,
    };
    if bare == text { Cow::Borrowed(text) } else { Cow::Owned(bare.to_owned()) }
}

/// A number of nine digits or more without the blanks or the commas at thousands within it; `None` if it has none, or
/// is something else: shorter ones may be two numbers.
pub(super) fn joined_key_number(text: &str) -> Option<String> {
    let clean = clean_key_number(text);
    let bare = match clean.split_once('.') {
        Some((whole, noughts)) if noughts.bytes().all(|b| b == b'0') => whole,
        _ => &clean,
    };
    let separator = |c: char| c.is_whitespace() || matches!(c, ',' | '\u{FF0C}');
    if !bare.contains(separator) {
        return None;
    }
    let runs: Vec<&str> = bare.split(separator).collect();
    let digits = |run: &&str| !run.is_empty() && run.bytes().all(|b| b.is_ascii_digit());
    let thousands = runs[1..].iter().all(|run| run.len() == 3) && (1..=3).contains(&runs[0].len());
    let commas = bare.contains([',', '\u{FF0C}']);
    let joined = runs.concat();
    (runs.iter().all(digits) && joined.len() >= 9 && (thousands || !commas)).then_some(joined)
}

/// The plain form of a digit, a letter, a point or a dash of full width.
fn fold_key_character(c: char) -> char {
    let plain = match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => return c,
    };
    if plain.is_ascii_alphanumeric() || matches!(plain, '.' | '-') { plain } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_blanks_or_commas_within_is_one_number() {
        for (written, number) in [
            ("410621 00080003", "41062100080003"),
            ("41,062,100,080,006", "41062100080006"),
            ("４１０６２１\u{3000}０００８", "4106210008"),
            ("4106 2100 0800 03.0", "41062100080003"),
        ] {
            assert_eq!(joined_key_number(written).as_deref(), Some(number), "{written}");
        }
        for other in [
            "41062100080003",
            "12 34",
            "41062100080003,41062100080004",
            "户 41062100080003",
            "A 123456789",
            "1,23456789",
        ] {
            assert_eq!(joined_key_number(other), None, "{other}");
        }
    }

    #[test]
    fn one_number_however_it_is_written() {
        for written in
            ["４１００２００００１", "4100200001.0", "“4100200001”", "\u{3000}4100200001 ", "4100200001.00"]
        {
            assert_eq!(clean_key_number(written), "4100200001", "{written}");
        }
        for other in ["户4100200001", "4100200001.5", "淇（2018）12号", "A-12", ".0", "1.2.0"] {
            assert_eq!(clean_key_number(other), other);
        }
    }
}
