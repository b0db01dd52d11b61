//! Days and months in every form departments write them.
//!
//! `20180301`, `2018-3-1`, `2018/03/01 00:00:00`, `2018.03`, `2018年3月`, `2018年3月1日`, Excel
//! serial numbers (`43160`). Two-digit years and day-first forms are refused: guessing would
//! move a person's birthday. So are five and six digits that can be two things (`20171` is January 2017
//! without its zero, or 22 March 1955 as a serial number). A moment with a zone, as JSON has it
//! (`1973-09-15T16:00:00.000Z`), is the day it was in Beijing.

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

/// Years of which a month may be written without its zero (`20171`).
const YEARS_OF_SHORT_MONTHS: std::ops::RangeInclusive<u32> = 1900..=2099;
/// Beijing is so many minutes before Greenwich.
const BEIJING: i32 = 8 * 60;

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

/// A month as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrittenMonth {
    /// `yyyymm`.
    pub month: i32,
    /// `2017.1`: January, or October typed as the number 2017.10, whose zero is gone.
    pub doubtful: bool,
}

/// Reads a month, or a day for its month; `None` if the text is neither.
///
/// Five digits are a month without its zero or a serial number: unlike a day, a month is never read from
/// them.
pub(crate) fn parse_written_month(text: &str) -> Option<WrittenMonth> {
    let whole = strip_zero_fraction(text);
    let five = |text: &str| text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
    if five(whole) || text.split_once('.').is_some_and(|(whole, _)| five(whole)) {
        return None;
    }
    if whole.len() == 6 && whole.bytes().all(|b| b.is_ascii_digit()) {
        let (year, month) = (whole[..4].parse().ok()?, whole[4..].parse().ok()?);
        let month = PartialDate::new(year, month, None)?.month();
        return Some(WrittenMonth { month, doubtful: false });
    }
    let month = parse_written_date(text)?.month();
    let doubtful = text.len() == 6 && text.ends_with(".1");
    Some(WrittenMonth { month, doubtful })
}

/// A number that a spreadsheet or a program wrote with decimals it does not have (`201710.0`).
fn strip_zero_fraction(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, zeros))
            if whole.len() >= 5
                && !zeros.is_empty()
                && zeros.bytes().all(|b| b == b'0')
                && whole.bytes().all(|b| b.is_ascii_digit()) =>
        {
            whole
        }
        _ => text,
    }
}

/// Reads a day or month; `None` if the text is neither.
pub(crate) fn parse_written_date(text: &str) -> Option<PartialDate> {
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if all_digits(text) {
        return parse_date_digits(text.as_bytes());
    }
    let text = strip_zero_fraction(text);
    if all_digits(text) {
        return parse_date_digits(text.as_bytes());
    }
    if let Some((whole, fraction)) = text.split_once('.')
        && whole.len() == 5
        && !fraction.is_empty()
        && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
    {
        // A time of day behind it: a serial number, and no month.
        return date_from_serial(whole.parse().ok()?);
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
    if length > 2 {
        return None;
    }
    let day = PartialDate::new(year, month, Some(day))?;
    match read_time_after_date(rest.strip_prefix(['日', '号']).unwrap_or(rest))? {
        0 => Some(day),
        later => {
            let (year, month, day) = unpack_day(day_from_epoch_days(day.date32().checked_add(later)?));
            PartialDate::new(year, month, Some(day))
        }
    }
}

/// Reads a date to compare it: packed as `yyyymmdd`, with 0 for a month or day that is not known (`1970`,
/// `1970年`, `1970-05-00`); 0 for a text that is no date.
///
/// More is read here than by [`parse_written_date`], whatever stands between and behind the numbers (`1970 1 31`): two
/// lists may write one birthday differently, and nothing is stored of it. Day-first and other orders are
/// read by neither (a list that writes them says so in its contract).
pub(crate) fn parse_packed_date(text: &str) -> u32 {
    // Of a moment with a zone the day in Beijing counts.
    if text.len() > 15
        && text.contains(':')
        && let Some(PartialDate { year, month, day: Some(day) }) = parse_written_date(text.trim())
    {
        return pack_day(year, month, day);
    }
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
        // A month, unless it can be a day as well: `200112` with a year of two digits, `201811` without zeros.
        6 => {
            let short_year = PartialDate::new(2000 + value(0..2), value(2..4), Some(value(4..6)));
            let no_zeros = PartialDate::new(value(0..4), value(4..5), Some(value(5..6)));
            match short_year.or(no_zeros) {
                Some(_) => None,
                None => PartialDate::new(value(0..4), value(4..6), None),
            }
        }
        // Serial numbers of the 1900 system: 10000 is 1927-05-18, 73050 is 2099-12-31. `20171` can be a
        // month without its zero as well.
        5 if YEARS_OF_SHORT_MONTHS.contains(&value(0..4)) && value(4..5) > 0 => None,
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

/// Days by which the day in Beijing differs from the one written; `None` if what stands behind the day is
/// no time. A time without a zone is dropped.
fn read_time_after_date(rest: &str) -> Option<i32> {
    let rest = rest.trim_start().trim_start_matches('T');
    if rest.is_empty() {
        return Some(0);
    }
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(end);
    if !time.starts_with(|c: char| c.is_ascii_digit()) || !time.contains(':') {
        return None;
    }
    let zone = zone.trim();
    if zone.is_empty() {
        return Some(0);
    }
    let offset = read_zone(zone)?;
    let mut parts = time.split([':', '.']);
    let (hour, minute) = (parts.next()?.parse::<i32>().ok()?, parts.next()?.parse::<i32>().ok()?);
    if hour > 24 || minute > 59 {
        return None;
    }
    Some((hour * 60 + minute - offset + BEIJING).div_euclid(24 * 60))
}

/// The minute of the day behind a day that is written without a zone (`1973-09-15 16:00:00`); `None` without one.
pub(crate) fn minute_of_day(text: &str) -> Option<i32> {
    let (before, after) = text.split_once(':')?;
    let day_end = before.rfind([' ', 'T'])?;
    let hour: i32 = before[day_end + 1..].parse().ok()?;
    let rest = after.trim_end();
    let zoneless = rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
    let minute: i32 = rest.get(..2)?.parse().ok()?;
    (zoneless && (0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
}

/// Minutes that a zone is before Greenwich: `Z`, `UTC`, `+08:00`, `+0800`, `-5`.
fn read_zone(zone: &str) -> Option<i32> {
    let rest = match zone {
        "Z" | "z" | "UTC" | "GMT" => return Some(0),
        _ => zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT")).unwrap_or(zone),
    };
    let sign = match rest.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = rest[1..].chars().filter(|&c| c != ':').collect();
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at(if digits.len() > 2 { digits.len() - 2 } else { digits.len() });
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().unwrap_or(0));
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
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
        for text in
            ["201803", "201803.0", "2018.03", "2018.3", "2018年3月", "2018年3月份", "2018-03", "2018/3"]
        {
            assert_eq!(parse_written_date(text), ymd(2018, 3, 0), "{text}");
        }
    }

    #[test]
    fn a_moment_with_a_zone_is_its_day_in_beijing() {
        for (text, (year, month, day)) in [
            ("1973-09-15T16:00:00.000Z", (1973, 9, 16)),
            ("1973-09-15T15:59:59.999Z", (1973, 9, 15)),
            ("1973-09-15T16:00:00Z", (1973, 9, 16)),
            ("1973-09-15 16:00:00+00:00", (1973, 9, 16)),
            ("1973-09-15 16:00:00 UTC", (1973, 9, 16)),
            ("1973-09-16T00:00:00+08:00", (1973, 9, 16)),
            ("1973-09-16T00:00:00.000+0800", (1973, 9, 16)),
            ("1973-09-16T00:00+08", (1973, 9, 16)),
            ("1973-09-15T11:00:00-05:00", (1973, 9, 16)),
            ("1973-09-16T01:00:00+09:00", (1973, 9, 16)),
            ("1973-09-16T00:30:00+09:00", (1973, 9, 15)),
            ("1973-12-31T16:00:00Z", (1974, 1, 1)),
            // Without a zone the day stands as it is written.
            ("1973-09-15T16:00:00", (1973, 9, 15)),
            ("1973-09-15 16:00:00.000", (1973, 9, 15)),
        ] {
            assert_eq!(parse_written_date(text), ymd(year, month, day), "{text}");
            assert_eq!(parse_packed_date(text), pack_day(year, month, day), "{text}");
        }
        for text in ["1973-09-15T16:00:00X", "1973-09-15T16:00:00+8时", "1973-09-15T16:00:00+99:00"] {
            assert_eq!(parse_written_date(text), None, "{text}");
        }
        assert_eq!(parse_written_month("2018-08-31T16:00:00.000Z").map(|m| m.month), Some(201_809));
    }

    #[test]
    fn digits_that_can_be_two_things_are_no_guess() {
        // January 2017 without its zero, or a serial number of 1955; with a year of two digits, or none.
        for text in ["20171", "20173", "19549", "20171.0", "200112", "201811", "201212.0"] {
            assert_eq!(parse_written_date(text), None, "{text}");
        }
        assert_eq!(parse_written_date("20170"), ymd(1955, 3, 22));
        assert_eq!(parse_written_date("20171.5"), ymd(1955, 3, 23));
        for text in ["20171", "20173", "20171.0", "43009", "43009.0", "43009.5", "2017", "201713", "17.1"] {
            assert_eq!(parse_written_month(text), None, "{text}");
        }
        for (text, month, doubtful) in [
            ("201710", 201_710, false),
            ("201710.0", 201_710, false),
            ("200112", 200_112, false),
            ("201811", 201_811, false),
            ("20171001", 201_710, false),
            ("20171001.0", 201_710, false),
            ("2017.1", 201_701, true),
            ("2017.10", 201_710, false),
            ("2017.01", 201_701, false),
            ("2017.2", 201_702, false),
            ("2017-1", 201_701, false),
            ("2017年1月", 201_701, false),
        ] {
            assert_eq!(parse_written_month(text), Some(WrittenMonth { month, doubtful }), "{text}");
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
            let short_month = (19_000..21_000).contains(&number) && number % 10 > 0;
            if (10_000..=73_050).contains(&number) && !short_month {
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
