//! Calendar quarters and months: the periods in which extracts are delivered and results
//! published. A period is typed once, where it comes in, and is text only where it is written.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::day::day_to_date32;
use crate::{Error, Result};

/// Years that a period may lie in.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2999;
const QUARTER_HINT: &str = "写成“年份Q季度”，例如 2018Q3";
const EITHER_HINT: &str = "季度写成 2018Q3，月份写成 2025M03";
const MONTH_HINT: &str = "写成“年份M月份”，例如 2025M03";

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodKind {
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
}

impl PeriodKind {
    fn months(self) -> u8 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
        }
    }
    /// Periods of a year.
    fn in_a_year(self) -> u8 {
        12 / self.months()
    }
}

/// A calendar quarter such as `2018Q3` or a month such as `2025M03`.
///
/// Periods of a kind are ordered as they follow each other. Between a quarter and a month the one
/// that ends first comes first; of two that end together, the month.
///
/// ```
/// use bidui::Period;
///
/// let period: Period = "2018Q3".parse()?;
/// assert_eq!(period.last_day().to_string(), "2018-09-30");
/// assert_eq!(period.next()?.to_string(), "2018Q4");
/// assert!("2018Q5".parse::<Period>().is_err());
/// # Ok::<(), bidui::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    year: i16,
    kind: PeriodKind,
    /// Within the year, from 1.
    number: u8,
}

impl Period {
    /// Quarter `number` (1-4) of `year` (1900-2999).
    ///
    /// # Errors
    /// There is no such quarter.
    pub fn quarter(year: i16, number: u8) -> Result<Self> {
        Self::new(year, PeriodKind::Quarter, number)
            .ok_or_else(|| Error::usage(format!("季度“{year}Q{number}”不存在")).hint(QUARTER_HINT))
    }
    /// Month `number` (1-12) of `year` (1900-2999).
    ///
    /// # Errors
    /// There is no such month.
    pub fn month(year: i16, number: u8) -> Result<Self> {
        Self::new(year, PeriodKind::Month, number)
            .ok_or_else(|| Error::usage(format!("月份“{year}M{number:02}”不存在")).hint(MONTH_HINT))
    }
    fn new(year: i16, kind: PeriodKind, number: u8) -> Option<Self> {
        let exists = YEARS.contains(&year) && (1..=kind.in_a_year()).contains(&number);
        exists.then_some(Self { year, kind, number })
    }
    /// Quarter or month.
    pub fn kind(self) -> PeriodKind {
        self.kind
    }
    /// Calendar year.
    pub fn year(self) -> i16 {
        self.year
    }
    /// Place within the year, from 1.
    pub fn number(self) -> u8 {
        self.number
    }
    /// The quarter itself, or that of the month.
    #[must_use]
    pub fn holding_quarter(self) -> Self {
        let number = self.last_month_of_year().div_ceil(3);
        Self { year: self.year, kind: PeriodKind::Quarter, number }
    }
    /// 1 to 12.
    fn last_month_of_year(self) -> u8 {
        self.number * self.kind.months()
    }
    /// 1 to 12.
    fn first_month_of_year(self) -> u8 {
        self.last_month_of_year() + 1 - self.kind.months()
    }
    /// First day.
    pub fn first_day(self) -> Date {
        date(self.year, self.first_month_of_year() as i8, 1)
    }
    /// Last day.
    pub fn last_day(self) -> Date {
        date(self.year, self.last_month_of_year() as i8, 1).last_of_month()
    }
    /// First day as days since 1970-01-01, the form of Date32 columns.
    pub fn first_day32(self) -> i32 {
        day_to_date32(self.first_day())
    }
    /// Last day as days since 1970-01-01.
    pub fn last_day32(self) -> i32 {
        day_to_date32(self.last_day())
    }
    /// First month as `yyyymm`.
    pub fn first_month(self) -> i32 {
        i32::from(self.year) * 100 + i32::from(self.first_month_of_year())
    }
    /// Last month as `yyyymm`.
    pub fn last_month(self) -> i32 {
        i32::from(self.year) * 100 + i32::from(self.last_month_of_year())
    }
    /// Day `days` after the period's end.
    ///
    /// # Errors
    /// The calendar ends before.
    pub fn days_after(self, days: u32) -> Result<Date> {
        let day = self.last_day().checked_add(i64::from(days).days());
        day.map_err(|e| Error::usage(format!("{self}结束后{days}天超出日历")).caused_by(e))
    }
    /// The period of its kind before.
    ///
    /// # Errors
    /// It is the first there is.
    pub fn previous(self) -> Result<Self> {
        self.moved(-1).ok_or_else(|| Error::usage(format!("{self}之前没有可用的期间")))
    }
    /// The period of its kind after.
    ///
    /// # Errors
    /// It is the last there is.
    pub fn next(self) -> Result<Self> {
        self.moved(1).ok_or_else(|| Error::usage(format!("{self}之后没有可用的期间")))
    }
    fn moved(self, by: i32) -> Option<Self> {
        let each = i32::from(self.kind.in_a_year());
        let at = self.index() + by;
        let number = u8::try_from(at.rem_euclid(each) + 1).ok()?;
        Self::new(i16::try_from(at.div_euclid(each)).ok()?, self.kind, number)
    }
    /// Number among the periods of its kind.
    fn index(self) -> i32 {
        i32::from(self.year) * i32::from(self.kind.in_a_year()) + i32::from(self.number) - 1
    }
    /// Periods of this one's kind from `first` to this one, both counted; 1 where `first` is not
    /// earlier. A `first` of another kind counts from the period that its last day falls in.
    pub fn periods_since(self, first: Self) -> u32 {
        let index = match (first.kind, self.kind) {
            (PeriodKind::Quarter, PeriodKind::Month) => {
                i32::from(first.year) * 12 + i32::from(first.last_month_of_year()) - 1
            }
            (PeriodKind::Month, PeriodKind::Quarter) => first.holding_quarter().index(),
            _ => first.index(),
        };
        u32::try_from(self.index() - index + 1).unwrap_or(1).max(1)
    }
    /// Whether it lies from the beginning of `since` to the end of `until`; `None` is no limit.
    pub fn within(self, since: Option<Self>, until: Option<Self>) -> bool {
        since.is_none_or(|s| self.first_day() >= s.first_day())
            && until.is_none_or(|u| self.last_day() <= u.last_day())
    }
    /// First day of the school year (September 1st) that the last day falls in.
    pub fn school_year_start(self) -> Date {
        date(if self.last_month_of_year() >= 9 { self.year } else { self.year - 1 }, 9, 1)
    }
    /// It, in words for officers: `本季` or `本月`.
    pub fn this_word(self) -> &'static str {
        match self.kind {
            PeriodKind::Quarter => "本季",
            PeriodKind::Month => "本月",
        }
    }
    /// The one before, in words for officers: `上季` or `上月`.
    pub fn previous_word(self) -> &'static str {
        match self.kind {
            PeriodKind::Quarter => "上季",
            PeriodKind::Month => "上月",
        }
    }
    /// In words for officers: `2018年第3季度`, `2025年3月`.
    pub fn title(self) -> String {
        match self.kind {
            PeriodKind::Quarter => format!("{}年第{}季度", self.year, self.number),
            PeriodKind::Month => format!("{}年{}月", self.year, self.number),
        }
    }
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.last_month(), self.kind).cmp(&(other.last_month(), other.kind))
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            PeriodKind::Quarter => write!(f, "{}Q{}", self.year, self.number),
            PeriodKind::Month => write!(f, "{}M{:02}", self.year, self.number),
        }
    }
}

impl FromStr for Period {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let number = |digits: &str, width: usize| -> Option<i16> {
            let whole = digits.len() == width && digits.bytes().all(|b| b.is_ascii_digit());
            whole.then(|| digits.parse().ok()).flatten()
        };
        if let Some((year, month)) = text.split_once(['M', 'm']) {
            return match (number(year, 4), number(month, 2)) {
                (Some(year), Some(month)) => Self::month(year, month as u8),
                _ => Err(Error::usage(format!("月份“{text}”写法不对")).hint(MONTH_HINT)),
            };
        }
        let bad = || Error::usage(format!("期间“{text}”写法不对")).hint(EITHER_HINT);
        let (year, quarter) = text.split_once(['Q', 'q']).ok_or_else(bad)?;
        match (number(year, 4), number(quarter, 1)) {
            (Some(year), Some(quarter)) => Self::quarter(year, quarter as u8),
            _ => Err(bad()),
        }
    }
}

impl serde::Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let error = |e: Error| format!("{}；{}", e.message(), e.hint_text().unwrap_or_default());
        text.parse().map_err(|e| serde::de::Error::custom(error(e)))
    }
}

impl schemars::JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A quarter (`2018Q3`) or a month (`2025M03`).",
            "type": "string",
            "pattern": "^[0-9]{4}([Qq][1-4]|[Mm](0[1-9]|1[0-2]))$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::day::day_from_date32;

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn dates_of_a_quarter() {
        let q = period("2018Q3");
        assert_eq!(q.to_string(), "2018Q3");
        assert_eq!((q.first_month(), q.last_month()), (201_807, 201_809));
        assert_eq!((q.first_day(), q.last_day()), (date(2018, 7, 1), date(2018, 9, 30)));
        assert_eq!(q.last_day32(), 17_804);
        assert_eq!(day_from_date32(17_804), Some(date(2018, 9, 30)));
        assert_eq!(q.school_year_start(), date(2018, 9, 1));
        assert_eq!(q.title(), "2018年第3季度");
        assert_eq!((q.this_word(), q.previous_word()), ("本季", "上季"));
        let month: Period = "2025M03".parse().unwrap();
        assert_eq!((month.this_word(), month.previous_word()), ("本月", "上月"));
        assert_eq!(period("2020Q1").last_day(), date(2020, 3, 31));
        assert_eq!(period("2018Q4").days_after(30).unwrap(), date(2019, 1, 30));
        assert_eq!(period("2019Q1").school_year_start(), date(2018, 9, 1));
    }

    #[test]
    fn dates_of_a_month() {
        let m = period("2024m02");
        assert_eq!(m.to_string(), "2024M02");
        assert_eq!((m.first_month(), m.last_month()), (202_402, 202_402));
        assert_eq!((m.first_day(), m.last_day()), (date(2024, 2, 1), date(2024, 2, 29)));
        assert_eq!(m.title(), "2024年2月");
        assert_eq!(m.school_year_start(), date(2023, 9, 1));
        assert_eq!(period("2024M09").school_year_start(), date(2024, 9, 1));
        assert_eq!(m.holding_quarter(), period("2024Q1"));
        assert_eq!(period("2024M04").holding_quarter(), period("2024Q2"));
        assert_eq!(period("2024Q4").holding_quarter(), period("2024Q4"));
    }

    #[test]
    fn one_follows_the_other_to_the_limits() {
        for (first, second) in
            [("2017Q4", "2018Q1"), ("2018Q1", "2018Q2"), ("2024M12", "2025M01"), ("2025M02", "2025M03")]
        {
            let (first, second) = (period(first), period(second));
            assert_eq!(first.next().unwrap(), second);
            assert_eq!(second.previous().unwrap(), first);
            assert!(first < second);
        }
        for first in ["1900Q1", "1900M01"] {
            assert!(period(first).previous().is_err(), "{first}");
        }
        for last in ["2999Q4", "2999M12"] {
            assert!(period(last).next().is_err(), "{last}");
        }
        assert!(period("2018M08") < period("2018Q3"));
        assert!(period("2018M09") < period("2018Q3"));
        assert!(period("2018Q3") < period("2018M10"));
    }

    #[test]
    fn periods_are_counted_with_both_ends() {
        for (first, last, count) in [
            ("2018Q3", "2018Q3", 1),
            ("2018Q3", "2019Q1", 3),
            ("2019Q1", "2018Q3", 1),
            ("2024M11", "2025M02", 4),
            ("2024Q4", "2025M02", 3),
            ("2024M12", "2025Q1", 2),
        ] {
            assert_eq!(period(last).periods_since(period(first)), count, "{first} {last}");
        }
    }

    #[test]
    fn limits_hold_from_the_first_day_to_the_last() {
        let within = |one: &str, since: Option<&str>, until: Option<&str>| {
            period(one).within(since.map(period), until.map(period))
        };
        assert!(within("2018Q3", None, None));
        assert!(within("2018Q3", Some("2018Q3"), Some("2018Q3")));
        assert!(!within("2018Q2", Some("2018Q3"), None));
        assert!(!within("2018Q4", None, Some("2018Q3")));
        assert!(within("2018M07", Some("2018Q3"), Some("2018Q3")));
        assert!(!within("2018Q3", Some("2018M08"), None), "begins before");
        assert!(!within("2018Q3", None, Some("2018M08")), "ends after");
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "2018", "2018Q5", "2018Q0", "2018Q", "18Q1", "2018Q03", "Q3", "", "+018Q3", "2018Q+", "1899Q4",
            "3000Q1", "2018M13", "2018M00", "2018M3", "2018M+3", "2018M003", "2018年", "２018Q3",
        ] {
            let error = text.parse::<Period>().unwrap_err();
            assert!(error.hint_text().is_some(), "{text}");
        }
    }

    #[test]
    fn it_is_text_where_it_is_written() {
        for text in ["\"2018Q3\"", "\"2025M03\""] {
            let period: Period = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&period).unwrap(), text);
        }
        let error = serde_json::from_str::<Period>("\"2018Q9\"").unwrap_err();
        assert!(error.to_string().contains("季度“2018Q9”不存在"), "{error}");
    }
}
