//! What a single cell looks like, and what a column of such cells probably is.

use serde::Serialize;

use crate::model::han::is_han;
use crate::model::id_number::{IdClass, IdNumber};
use crate::model::written_date;

/// What a column probably holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnGuess {
    /// No cell is filled.
    Empty,
    /// Citizen ID numbers (or certificates and student numbers that contain them).
    IdNumber,
    /// Names of persons.
    PersonName,
    /// Days.
    Date,
    /// Months.
    Month,
    /// Amounts of money.
    Money,
    /// Areas.
    Area,
    /// Whole numbers.
    Integer,
    /// Yes and no.
    Flag,
    /// Few values that repeat.
    Code,
    /// Anything else.
    Text,
}

impl ColumnGuess {
    /// Name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Empty => "空列",
            Self::IdNumber => "证件号码",
            Self::PersonName => "姓名",
            Self::Date => "日期",
            Self::Month => "年月",
            Self::Money => "金额",
            Self::Area => "面积",
            Self::Integer => "整数",
            Self::Flag => "是否",
            Self::Code => "代码",
            Self::Text => "文字",
        }
    }
}

/// How many cells of a column have which look. A cell may have several.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CellLooks {
    pub id_shaped: u64,
    pub id_valid: u64,
    pub name: u64,
    pub date: u64,
    pub month: u64,
    pub number: u64,
    pub integer: u64,
    pub flag: u64,
}

impl CellLooks {
    pub(super) fn add(&mut self, cell: &str) {
        let (shaped, valid) = guess_id_number(cell);
        let (date, month) = guess_date(cell);
        let number = guess_number(cell);
        self.id_shaped += u64::from(shaped);
        self.id_valid += u64::from(valid);
        self.name += u64::from(is_likely_name(cell));
        self.date += u64::from(date);
        self.month += u64::from(month);
        self.number += u64::from(number.is_some());
        self.integer += u64::from(number == Some(true));
        self.flag += u64::from(is_likely_flag(cell));
    }
}

/// Looks like an ID number; is one.
fn guess_id_number(cell: &str) -> (bool, bool) {
    if cell.len() < 15 {
        return (false, false);
    }
    match IdNumber::parse(cell).class {
        IdClass::Valid18 | IdClass::Up15 | IdClass::Cert20 | IdClass::Cert22 | IdClass::GStudent => {
            (true, true)
        }
        IdClass::BadCheck18
        | IdClass::BadDate18
        | IdClass::JlStudent
        | IdClass::Trunc15
        | IdClass::Mask
        | IdClass::Temporary => (true, false),
        IdClass::Empty | IdClass::Other => (false, false),
    }
}

/// A Han name, also with interpuncts; or one Latin word. Errs on the side of masking too much.
pub(crate) fn is_likely_name(cell: &str) -> bool {
    let count = cell.chars().count();
    let part = |c: char| is_han(c) || matches!(c, '□' | '?' | '*' | '\u{E000}'..='\u{F8FF}');
    match cell.contains(['·', '•', '・', '.']) {
        true => count <= 20 && cell.chars().all(|c| part(c) || matches!(c, '·' | '•' | '・' | '.')),
        false => {
            (2..=4).contains(&count) && cell.chars().all(part)
                || (2..=20).contains(&count)
                    && cell.chars().all(|c| c.is_alphabetic() && !is_han(c) || matches!(c, '\'' | '-'))
        }
    }
}

/// A day; a month. Bare numbers count only in the lengths 8 and 6: five digits may be anything.
fn guess_date(cell: &str) -> (bool, bool) {
    let bare = cell.bytes().all(|b| b.is_ascii_digit());
    if cell.len() > 32
        || bare && !matches!(cell.len(), 6 | 8)
        || !cell.starts_with(|c: char| c.is_ascii_digit())
    {
        return (false, false);
    }
    // A decimal number such as 2018.5 is also a way to write a month; it takes two such digits.
    if cell.matches('.').count() == 1 && cell.len() < 7 {
        return (false, false);
    }
    match written_date::parse_written_date(cell) {
        Some(ymd) if ymd.day.is_some() => (true, false),
        _ => (false, written_date::parse_written_month(cell).is_some()),
    }
}

/// Whether a number is whole; `None` if the cell is not a number. Leading zeros make a label.
fn guess_number(cell: &str) -> Option<bool> {
    let bare = cell.trim_end_matches(['月', '年', '每']).trim_end_matches('/');
    let bare = bare.trim_end_matches(['元', '万', '人', '㎡']).trim_end_matches("平方米");
    let bare = bare.strip_prefix('-').unwrap_or(bare);
    let (whole, fraction) = bare.split_once('.').map_or((bare, None), |(w, f)| (w, Some(f)));
    let digits = whole.bytes().filter(u8::is_ascii_digit).count();
    let good = (1..=12).contains(&digits)
        && whole.bytes().all(|b| b.is_ascii_digit() || b == b',')
        && !whole.starts_with(',')
        && (digits == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(|f| f.bytes().all(|b| b.is_ascii_digit()));
    good.then(|| fraction.is_none_or(|f| f.bytes().all(|b| b == b'0')))
}

fn is_likely_flag(cell: &str) -> bool {
    matches!(
        cell,
        "是" | "否"
            | "有"
            | "无"
            | "√"
            | "×"
            | "Y"
            | "N"
            | "y"
            | "n"
            | "T"
            | "F"
            | "已参加"
            | "未参加"
            | "享受"
            | "未享受"
    ) || matches!(cell, "0" | "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_of_cells() {
        assert!(guess_id_number("410602198001011234").0);
        assert_eq!(guess_id_number("6228481234567890123"), (false, false));
        assert!(
            is_likely_name("张三")
                && is_likely_name("买买提·艾力")
                && is_likely_name("O'Brien")
                && is_likely_name("王□")
        );
        assert!(!is_likely_name("善堂镇东街村") && !is_likely_name("王") && !is_likely_name("男1"));
        assert_eq!(guess_date("2018-03-01"), (true, false));
        assert_eq!(guess_date("20180301"), (true, false));
        assert_eq!(guess_date("2018年3月"), (false, true));
        assert_eq!(guess_date("201803"), (false, true));
        assert_eq!(guess_date("43160"), (false, false));
        assert_eq!(guess_date("2018.5"), (false, false));
        assert_eq!(guess_number("1,234.50元"), Some(false));
        assert_eq!(guess_number("3208"), Some(true));
        assert_eq!(guess_number("209元/月"), Some(true));
        assert_eq!(guess_number("001"), None);
        assert_eq!(guess_number("410602198001011234"), None);
        assert_eq!(guess_number(""), None);
    }
}
