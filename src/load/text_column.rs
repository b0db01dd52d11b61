//! Columns of texts and of coded values.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, StringBuilder};
use unicode_normalization::UnicodeNormalization as _;

use super::cell_trouble::CellTrouble;
use super::column::{ColumnCells, ColumnFindings};
use super::key_number::{clean_key_number, is_key_column, joined_key_number};
use super::reasons_without_end::{is_reason_of_end, says_nothing_ended};
use super::{cell_cleaning, person_cells};
use crate::config::code_map::CodeMap;
use crate::config::source_contract::PeriodForm;
use crate::config::{ColumnRole, SourceColumn};
use crate::model::broken_names::{is_broken_name, without_tags};
use crate::model::cell_words::{CellWithoutValue, cell_without_value};
use crate::model::name_words::name_without_person;
use crate::model::written_period;

/// What a text cell holds.
enum TextReading<'a> {
    Value(Cow<'a, str>),
    /// A number of a person or a household, or a name, without what stood around it.
    Cleaned(String),
    /// A name without the signs beside it, which mark something that is not read.
    Marked(String),
    /// An ID number beside which stands something else of the person.
    DoubtfulId(String),
    Blank,
    /// What says, in place of the reason for an end, that nothing has ended.
    NotEnded,
    Unknown,
    Wrong(CellTrouble),
}

/// Reads the text cells of one column.
struct TextForm {
    /// What stands there is judged in the next stage, apostrophes and all.
    raw: bool,
    /// Holds ID numbers.
    id: bool,
    /// Holds names of persons.
    name: bool,
    /// Holds numbers of households, among which nought is none.
    household: bool,
    /// Holds numbers by which lists refer to each other.
    key: bool,
    /// Tells a period, in this form.
    period: Option<PeriodForm>,
    /// Says why something has ended.
    reason: bool,
}

impl TextForm {
    fn of(column: &SourceColumn) -> Self {
        use ColumnRole::{GuardianId, GuardianName, Household, IdNumber, Name, StudentNo};
        let plays = |roles: &[ColumnRole]| column.role.is_some_and(|role| roles.contains(&role));
        Self {
            raw: plays(&[IdNumber, GuardianId, StudentNo]),
            id: plays(&[IdNumber, GuardianId]),
            name: plays(&[Name, GuardianName]),
            household: plays(&[Household]),
            key: is_key_column(column),
            period: column.period,
            reason: is_reason_of_end(column),
        }
    }
    /// Is a text that is clean already a value, as it stands?
    fn stays(&self, text: &str) -> bool {
        if self.id && text.len() == 18 {
            return text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'*');
        }
        cell_without_value(text).is_none()
            && self.period.is_none()
            && !(self.reason && says_nothing_ended(text))
            && (self.id || !is_rounded_number(text))
            && !(self.household && is_nought(text))
            && !(self.key && (clean_key_number(text) != text || joined_key_number(text).is_some()))
            && (!self.name || person_cells::is_plain_name(text))
            && !(self.id && text.len() >= 15)
    }
    fn read<'a>(&self, raw: &'a str) -> TextReading<'a> {
        if self.name
            && raw.contains('<')
            && let Cow::Owned(bare) = without_tags(raw)
        {
            return match self.read(&bare) {
                TextReading::Value(name) => TextReading::Cleaned(name.into_owned()),
                TextReading::Cleaned(name) => TextReading::Cleaned(name),
                TextReading::Marked(name) => TextReading::Marked(name),
                TextReading::DoubtfulId(id) => TextReading::DoubtfulId(id),
                TextReading::Blank | TextReading::NotEnded => TextReading::Blank,
                TextReading::Unknown => TextReading::Unknown,
                TextReading::Wrong(trouble) => TextReading::Wrong(trouble),
            };
        }
        let Some(mut clean) = cell_cleaning::clean_cell(raw) else { return TextReading::Blank };
        if self.name
            && let Some(bare) = person_cells::without_marks(&clean)
        {
            return match self.read(bare) {
                TextReading::Value(name) => TextReading::Marked(name.into_owned()),
                TextReading::Cleaned(name) | TextReading::Marked(name) => TextReading::Marked(name),
                TextReading::DoubtfulId(id) => TextReading::DoubtfulId(id),
                TextReading::Blank | TextReading::NotEnded => TextReading::Blank,
                TextReading::Unknown => TextReading::Unknown,
                TextReading::Wrong(trouble) => TextReading::Wrong(trouble),
            };
        }
        if self.key
            && let Some(number) = joined_key_number(&clean)
        {
            return TextReading::Cleaned(number);
        }
        if self.key
            && let Cow::Owned(number) = clean_key_number(&clean)
        {
            clean = Cow::Owned(number);
        }
        match cell_without_value(&clean) {
            Some(CellWithoutValue::Blank) => return TextReading::Blank,
            Some(CellWithoutValue::Unknown) => return TextReading::Unknown,
            None if self.name
                && let Some(nobody) = name_without_person(&clean) =>
            {
                match nobody {
                    CellWithoutValue::Blank => return TextReading::Blank,
                    CellWithoutValue::Unknown => return TextReading::Unknown,
                }
            }
            None if self.key && clean.is_empty() => return TextReading::Blank,
            None if self.household && is_nought(&clean) => return TextReading::Blank,
            None => {}
        }
        if self.reason && says_nothing_ended(&clean) {
            return TextReading::NotEnded;
        }
        if self.id && person_cells::holds_two_ids(raw) || self.name && person_cells::holds_two_names(raw) {
            return TextReading::Wrong(CellTrouble::TwoPeople);
        }
        if self.name && is_broken_name(&clean) {
            return TextReading::Wrong(CellTrouble::BrokenName);
        }
        if self.name && person_cells::holds_id_number(&clean) {
            return TextReading::Wrong(CellTrouble::NumberInName);
        }
        if self.period == Some(PeriodForm::Term) {
            let term = written_period::parse_term(cell_cleaning::strip_cell_quote(&clean));
            return term.map_or(TextReading::Wrong(CellTrouble::Period), |t| TextReading::Value(t.into()));
        }
        if !self.id && is_rounded_number(cell_cleaning::strip_cell_quote(&clean)) {
            return TextReading::Wrong(CellTrouble::Rounded);
        }
        if self.id
            && let Some(bare) = person_cells::undecorated_id(&clean)
        {
            return match bare.says_more {
                true => TextReading::DoubtfulId(bare.number),
                false => TextReading::Cleaned(bare.number),
            };
        }
        if self.raw || cell_cleaning::strip_cell_quote(&clean).len() == clean.len() {
            return TextReading::Value(clean);
        }
        TextReading::Value(Cow::Owned(cell_cleaning::strip_cell_quote(&clean).to_owned()))
    }
}

/// Is it a number as spreadsheets write one that is too long for them: `4.1E+13`?
fn is_rounded_number(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let power = power.strip_prefix('+').filter(|p| digits(p)).and_then(|p| p.parse::<u32>().ok());
    whole.len() == 1 && digits(whole) && digits(part) && power.is_some_and(|power| power >= 8)
}

fn is_nought(text: &str) -> bool {
    text.bytes().all(|b| b == b'0')
}

pub(super) fn build_text_column(
    column: &SourceColumn,
    cells: &ColumnCells<'_>,
    found: &mut ColumnFindings,
) -> ArrayRef {
    let form = TextForm::of(column);
    let plain = cells.plain();
    let clean = |text: &str| {
        plain
            || matches!(cell_cleaning::clean_cell(text), Some(Cow::Borrowed(c))
                if c.len() == text.len() && (form.raw || cell_cleaning::strip_cell_quote(c).len() == c.len()))
    };
    if let ColumnCells::Raw(array) = cells
        && column.default.is_none()
        && array.iter().flatten().all(|text| form.stays(text) && clean(text))
    {
        if column.required {
            let missing = (0..array.len()).filter(|&i| array.is_null(i));
            found.troubles.extend(missing.map(|i| (i, CellTrouble::Missing)));
        }
        // Nothing to change: the delivered column is the loaded column.
        return Arc::new((*array).clone());
    }
    let mut builder = StringBuilder::with_capacity(cells.len(), cells.len() * 12);
    for index in 0..cells.len() {
        match cells.get(index).map_or(TextReading::Blank, |text| form.read(text)) {
            TextReading::Value(text) => builder.append_value(text),
            TextReading::Cleaned(id) => {
                builder.append_value(id);
                found.cleaned_ids.push(index);
            }
            TextReading::Marked(name) => {
                builder.append_value(name);
                found.marked_names.push(index);
            }
            TextReading::DoubtfulId(id) => {
                builder.append_value(id);
                found.trouble(index, CellTrouble::BesideNumber);
            }
            TextReading::Unknown => {
                builder.append_null();
                found.not_stated(index, column);
            }
            TextReading::Wrong(trouble) => {
                builder.append_null();
                found.trouble(index, trouble);
            }
            TextReading::NotEnded => {
                builder.append_null();
                found.no_end.push(index);
                found.missing(index, column);
            }
            TextReading::Blank => match &column.default {
                Some(default) => builder.append_value(default),
                None => {
                    builder.append_null();
                    found.missing(index, column);
                }
            },
        }
    }
    Arc::new(builder.finish())
}

pub(super) fn build_code_column(
    column: &SourceColumn,
    cells: &ColumnCells<'_>,
    found: &mut ColumnFindings,
) -> ArrayRef {
    let codes = &*column.codes;
    let default = column.default.as_deref().and_then(|d| codes.label(d));
    let mut builder = StringBuilder::with_capacity(cells.len(), cells.len() * 12);
    // Coded cells repeat in runs; remember the last few answers.
    let mut recent: [(&str, usize); 8] = [("", usize::MAX); 8];
    for index in 0..cells.len() {
        let mut value: Option<Cow<'_, str>> = None;
        if let Some(raw) = cells.get(index) {
            let slot = raw.len().wrapping_add(raw.as_bytes().last().copied().unwrap_or(0) as usize) & 7;
            if recent[slot].1 != usize::MAX && recent[slot].0 == raw {
                builder.append_value(&codes.labels()[recent[slot].1]);
                continue;
            }
            if let Some(text) = cell_cleaning::clean_cell(raw) {
                let text: Cow<'_, str> = match text {
                    Cow::Borrowed(t) => Cow::Borrowed(cell_cleaning::strip_cell_quote(t)),
                    Cow::Owned(t) => Cow::Owned(cell_cleaning::strip_cell_quote(&t).to_owned()),
                };
                if let Some(found) = find_column_code(codes, &text) {
                    recent[slot] = (raw, found);
                    builder.append_value(&codes.labels()[found]);
                    continue;
                }
                match cell_without_value(&text) {
                    Some(CellWithoutValue::Blank) => {}
                    Some(CellWithoutValue::Unknown) => {
                        builder.append_null();
                        found.not_stated(index, column);
                        continue;
                    }
                    None if column.open => {
                        found.open_codes.push(index);
                        value = Some(text);
                    }
                    None => {
                        builder.append_null();
                        found.trouble(index, CellTrouble::Code);
                        continue;
                    }
                }
            }
        }
        match value.as_deref().or(default) {
            Some(value) => builder.append_value(value),
            None => {
                builder.append_null();
                found.missing(index, column);
            }
        }
    }
    Arc::new(builder.finish())
}

/// The label a text stands for. `01-男` and `01 男` are read by their label, `1.0` as spreadsheets write the code 1;
/// `1.2`, `1-0` and other numbers behind a number tell nothing: which of the two is the code?
fn find_column_code(codes: &CodeMap, text: &str) -> Option<usize> {
    // Spaces inside a text make no difference, but one between two numbers does.
    if text.contains(char::is_whitespace) && are_numbers_only(text) {
        return None;
    }
    codes.find(text).or_else(|| {
        // A truth of a spreadsheet where the codes are 是 and 否.
        match text {
            "TRUE" => return codes.find("是"),
            "FALSE" => return codes.find("否"),
            _ => {}
        }
        let folded: String = text.nfkc().collect();
        if let Some((whole, noughts)) = folded.split_once('.')
            && !whole.is_empty()
            && whole.bytes().all(|b| b.is_ascii_digit())
            && noughts.bytes().all(|b| b == b'0')
        {
            return codes.find(whole);
        }
        let rest = folded.trim_start_matches(|c: char| c.is_ascii_digit());
        let label = rest.trim_start_matches(['-', '_', '.', ':', '、', ' ', '|']);
        let cut = label.len() < rest.len() && rest.len() < folded.len();
        (cut && !are_numbers_only(label)).then(|| codes.find(label)).flatten()
    })
}

/// Is there no letter of any script in a text, but digits and signs?
fn are_numbers_only(text: &str) -> bool {
    !text.nfkc().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_behind_a_number_is_no_code() {
        let mut codes = CodeMap::default();
        for (code, label) in
            [("0", "未参保"), ("1", "正常参保"), ("2", "暂停参保"), ("4", "终止参保"), ("12", "其他")]
        {
            assert_eq!(codes.add(code, label), None);
        }
        let read = |text: &str| find_column_code(&codes, text).map(|at| &*codes.labels()[at]);
        for (text, label) in [
            ("1.0", "正常参保"),
            ("2.00", "暂停参保"),
            ("4.", "终止参保"),
            ("01", "正常参保"),
            ("01.0", "正常参保"),
            ("\u{FF11}．\u{FF10}", "正常参保"),
            ("0.0", "未参保"),
            ("12.0", "其他"),
            ("02-暂停参保", "暂停参保"),
            ("1 正常参保", "正常参保"),
            ("1、正常参保", "正常参保"),
            ("\u{FF11}：正常参保", "正常参保"),
        ] {
            assert_eq!(read(text), Some(label), "{text}");
        }
        for text in [
            "1-2",
            "2.1",
            "1_0",
            "1:0",
            "4、0",
            "0/1",
            "1|0",
            "1 0",
            "1 2",
            "1.20",
            "0.1",
            "1-\u{FF10}",
            "4：0",
            "1.0.0",
            "-1",
            "1.01",
            "1-０.0",
            "10",
            "1e0",
            ".0",
            "-0",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
