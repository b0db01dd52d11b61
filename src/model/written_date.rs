//! Days and months in every form departments write them.
//!
//! `20180301`, `2018-3-1`, `2018/03/01 00:00:00`, `2018.03`, `2018年3月`, `2018年3月1日`, Excel
//! serial numbers (`43160`). Two-digit years and day-first forms are refused: guessing would
//! move a person's birthday.

use super::day::{day_from_epoch_days, day_to_epoch_days, days_in_month, pack_day, unpack_day};

/// A day as far as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PartialDate {
    /// Year, 1850 to 2100.
    pub year: u32,
    /// Month, 1 to 12.
    pub month: u32,
    /// Day, where written.
    pub day: Option<u32>,
}

impl PartialDate {
    fn new(year: u32, month: u32, day: Option<u32>) -> Option<Self> {
        let known = (1850..=2100).contains(&year) && (1..=12).contains(&month);
        let real = day.is_none_or(|day| (1..=days_in_month(year, month)).contains(&day));
        (known && real).then_some(Self { year, month, day })
    }
    /// Days since 1970-01-01; the first of the month where the day is not known.
    pub(crate) fn date32(self) -> i32 {
        day_to_epoch_days(pack_day(self.year, self.month, self.day.unwrap_or(1))).unwrap_or_default()
    }
    /// `yyyymm`.
    pub(crate) fn month(self) -> i32 {
        (self.year * 100 + self.month) as i32
    }
}

/// Reads a day or month; `None` if the text is neither.
pub(crate) fn parse_written_date(text: &str) -> Option<PartialDate> {
    let bytes = text.as_bytes();
    if bytes.iter().all(u8::is_ascii_digit) {
        return parse_date_digits(bytes);
    }
    if let Some((whole, fraction)) = text.split_once('.')
        && whole.len() == 5
        && !fraction.is_empty()
        && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
    {
        return parse_date_digits(whole.as_bytes());
    }
    let mut rest = text;
    let (year, length) = take_date_number(&mut rest)?;
    if length != 4 || !take_date_separator(&mut rest, &['-', '/', '.', '年']) {
        return None;
    }
    let (month, length) = take_date_number(&mut rest)?;
    if length > 2 {
        return None;
    }
    if matches!(rest, "" | "月" | "月份") {
        return PartialDate::new(year, month, None);
    }
    if !take_date_separator(&mut rest, &['-', '/', '.', '月']) {
        return None;
    }
    let (day, length) = take_date_number(&mut rest)?;
    if length > 2 || !is_time_after_date(rest.strip_prefix(['日', '号']).unwrap_or(rest)) {
        return None;
    }
    PartialDate::new(year, month, Some(day))
}

/// Reads a date to compare it: packed as `yyyymmdd`, with 0 for a month or day that is not known (`1970`,
/// `1970年`, `1970-05-00`); 0 for a text that is no date.
///
/// More is read here than by [`parse`], whatever stands between and behind the numbers (`1970 1 31`): two
/// lists may write one birthday differently, and nothing is stored of it. Day-first and other orders are
/// read by neither (a list that writes them says so in its contract).
pub(crate) fn parse_packed_date(text: &str) -> u32 {
    let mut parts = [0u32; 3];
    let mut widths = [0usize; 3];
    let mut part = 0;
    let mut inside = false;
    for c in text.trim().chars() {
        let digit = match c {
            '0'..='9' => c as u32 - '0' as u32,
            '\u{FF10}'..='\u{FF19}' => c as u32 - 0xFF10,
            _ => {
                if inside {
                    part += 1;
                    inside = false;
                }
                // A time of day follows the date; nothing after it matters.
                if part == 3 || (part > 0 && matches!(c, 'T' | ':')) {
                    break;
                }
                continue;
            }
        };
        if part == 3 || widths[part] == 8 {
            return 0;
        }
        inside = true;
        parts[part] = parts[part] * 10 + digit;
        widths[part] += 1;
    }
    let (year, month, day) = match (widths[0], widths[1], widths[2]) {
        (8, ..) => unpack_day(parts[0]),
        (6, 0, 0) => (parts[0] / 100, parts[0] % 100, 0),
        (4, ..) => (parts[0], parts[1], parts[2]),
        _ => return 0,
    };
    if year == 0 || month > 12 || (month == 0 && day > 0) || day > days_in_month(year, month) {
        return 0;
    }
    pack_day(year, month, day)
}

fn parse_date_digits(bytes: &[u8]) -> Option<PartialDate> {
    let value =
        |range: std::ops::Range<usize>| bytes[range].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    match bytes.len() {
        8 | 14 => PartialDate::new(value(0..4), value(4..6), Some(value(6..8))),
        6 => PartialDate::new(value(0..4), value(4..6), None),
        // Serial numbers of the 1900 system: 10000 is 1927-05-18, 73050 is 2099-12-31.
        5 => date_from_serial(value(0..5)),
        _ => None,
    }
}

fn date_from_serial(number: u32) -> Option<PartialDate> {
    if !(10_000..=73_050).contains(&number) {
        return None;
    }
    let (year, month, day) = unpack_day(day_from_epoch_days(number as i32 - 25_569));
    PartialDate::new(year, month, Some(day))
}

fn take_date_number(rest: &mut &str) -> Option<(u32, usize)> {
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 || length > 4 {
        return None;
    }
    let value = rest.as_bytes()[..length].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    *rest = rest[length..].trim_start();
    Some((value, length))
}

fn take_date_separator(rest: &mut &str, allowed: &[char]) -> bool {
    match rest.strip_prefix(allowed) {
        Some(after) => {
            *rest = after.trim_start();
            true
        }
        None => false,
    }
}

/// Nothing, or a time of day, which is dropped.
fn is_time_after_date(rest: &str) -> bool {
    let rest = rest.trim_start().trim_start_matches('T');
    rest.is_empty()
        || (rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'Z' | b'+' | b' '))
            && rest.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::day::{day_from_date32, day_to_date32};
    use proptest::prelude::*;

    fn ymd(year: u32, month: u32, day: u32) -> Option<PartialDate> {
        Some(PartialDate { year, month, day: (day > 0).then_some(day) })
    }

    #[test]
    fn forms_of_a_day() {
        for text in [
            "20180301",
            "2018-3-1",
            "2018-03-01",
            "2018/3/1",
            "2018.3.1",
            "2018.03.01",
            "2018年3月1日",
            "2018年03月01号",
            "2018 年 3 月 1 日",
            "43160",
            "43160.0",
            "43160.75",
            "2018-03-01 00:00:00",
            "2018-03-01T08:30:00",
            "2018/3/1 0:00",
            "20180301000000",
        ] {
            assert_eq!(parse_written_date(text), ymd(2018, 3, 1), "{text}");
        }
        for text in ["201803", "2018.03", "2018.3", "2018年3月", "2018年3月份", "2018-03", "2018/3"] {
            assert_eq!(parse_written_date(text), ymd(2018, 3, 0), "{text}");
        }
    }

    #[test]
    fn the_ways_lists_write_dates() {
        for text in [
            "1970-01-31",
            "1970/1/31",
            "1970.1.31",
            "19700131",
            "1970年1月31日",
            "1970-01-31 00:00:00",
            "\u{FF11}\u{FF19}\u{FF17}\u{FF10}年1月31日",
        ] {
            assert_eq!(parse_packed_date(text), 19700131, "{text}");
        }
        assert_eq!(parse_packed_date("1970-01"), 19700100);
        assert_eq!(parse_packed_date("197001"), 19700100);
        assert_eq!(parse_packed_date("1970"), 19700000);
        for text in ["1970 1 31", "1970、1、31", "(1970-01-31)", "1970-1-31 上午", "1970年1月31日(农历)"]
        {
            assert_eq!(parse_packed_date(text), 19700131, "{text}");
        }
        for text in ["1970年", "1970年不详"] {
            assert_eq!(parse_packed_date(text), 19700000, "{text}");
        }
        for text in ["1970-05-00", "1970-5-0", "19700500", "1970/05"] {
            assert_eq!(parse_packed_date(text), 19700500, "{text}");
        }
        for text in ["1970-00-00", "19700000"] {
            assert_eq!(parse_packed_date(text), 19700000, "{text}");
        }
        for text in ["", "不详", "1970-02-30", "19701301", "70-1-1", "197001011234"] {
            assert_eq!(parse_packed_date(text), 0, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "2018",
            "20180230",
            "2018-13-1",
            "2018-2-29",
            "18-3-1",
            "180301",
            "3/1/2018",
            "2018年",
            "2018-3-1x",
            "1",
            "99999",
            "2018-3-1-2",
            "2018--3",
            "二〇一八年",
            "17000101",
            "2018-3-1 上午",
        ] {
            assert_eq!(parse_written_date(text), None, "{text}");
        }
        assert_eq!(parse_written_date("2020-2-29"), ymd(2020, 2, 29));
    }

    proptest! {
        #[test]
        fn agrees_with_the_calendar(day in day_to_date32(jiff::civil::date(1850,1,1))..day_to_date32(jiff::civil::date(2100,12,31))) {
            let date = day_from_date32(day).unwrap();
            let compact = format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
            prop_assert_eq!(parse_written_date(&compact).map(PartialDate::date32), Some(day));
            let spread = format!("{}-{}-{}", date.year(), date.month(), date.day());
            prop_assert_eq!(parse_written_date(&spread).map(PartialDate::date32), Some(day));
            let number = day + 25_569;
            if (10_000..=73_050).contains(&number) {
                prop_assert_eq!(parse_written_date(&number.to_string()).map(PartialDate::date32), Some(day));
            }
        }

        /// Years, months and days of any length and width, with whatever stands between and behind.
        #[test]
        fn never_panics(
            parts in proptest::collection::vec(
                prop_oneof!["[0-9]{0,9}", "[0-9]{18,40}", "[\u{FF10}-\u{FF19}]{1,9}", "[-+]?0{0,30}[0-9]"],
                0..5,
            ),
            between in "[-/.年月日 T:]{0,2}",
            rest in prop_oneof!["\\PC{0,12}", "月|日|号|月份| 00:00:00|T24:61", "[eE][-+]?[0-9]{1,12}"],
        ) {
            for text in [parts.join(&between), format!("{}{rest}", parts.join(&between)), rest] {
                if let Some(day) = parse_written_date(&text) {
                    prop_assert!((185_001..=210_012).contains(&day.month()), "{}", text);
                    prop_assert!((-44_000..=48_000).contains(&day.date32()), "{}", text);
                }
                let packed = parse_packed_date(&text);
                prop_assert!(packed == 0 || packed / 10_000 > 0, "{}", text);
            }
        }

        #[test]
        fn packed_dates_of_any_text(
            text in prop_oneof![
                "\\PC*",
                "[0-9\u{FF10}-\u{FF19}]{0,12}[-/.年]?[0-9]{0,10}[-/.月]?[0-9\u{FF10}-\u{FF19}]{0,10}[日T: ]?[0-9:]{0,12}",
            ],
        ) {
            let packed = parse_packed_date(&text);
            prop_assert!(packed == 0 || packed / 10_000 > 0);
        }
    }
}
