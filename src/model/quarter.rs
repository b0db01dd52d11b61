//! Calendar quarters, the unit in which extracts are delivered and results published.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};

use super::day::date32;
use crate::{Error, Result};

/// Years that a quarter may be of. A day before or after them is still a calendar date.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2999;

/// A calendar quarter such as `2018Q3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: i16,
    number: u8,
}

impl Quarter {
    /// Quarter `number` (1-4) of `year` (1900-2999).
    pub fn new(year: i16, number: u8) -> Result<Self> {
        if YEARS.contains(&year) && (1..=4).contains(&number) {
            Ok(Self { year, number })
        } else {
            Err(Error::usage(format!("季度“{year}Q{number}”不存在")).hint("写成“年份Q季度”,例如 2018Q3"))
        }
    }
    /// Calendar year.
    pub fn year(self) -> i16 {
        self.year
    }
    /// 1 to 4.
    pub fn number(self) -> u8 {
        self.number
    }
    /// First day.
    pub fn first_day(self) -> Date {
        date(self.year, (self.number as i8 - 1) * 3 + 1, 1)
    }
    /// Last day.
    pub fn last_day(self) -> Date {
        date(self.year, self.number as i8 * 3, 1).last_of_month()
    }
    /// First day as days since 1970-01-01, the form of Date32 columns.
    pub fn first_day32(self) -> i32 {
        date32(self.first_day())
    }
    /// Last day as days since 1970-01-01.
    pub fn last_day32(self) -> i32 {
        date32(self.last_day())
    }
    /// First month as `yyyymm`.
    pub fn first_month(self) -> i32 {
        i32::from(self.year) * 100 + i32::from(self.number) * 3 - 2
    }
    /// Last month as `yyyymm`.
    pub fn last_month(self) -> i32 {
        i32::from(self.year) * 100 + i32::from(self.number) * 3
    }
    /// The quarter before; `None` before the first quarter of 1900.
    pub fn previous(self) -> Option<Self> {
        match self.number {
            1 => Self::new(self.year - 1, 4),
            number => Self::new(self.year, number - 1),
        }
        .ok()
    }
    /// The quarter after; `None` after the last quarter of 2999.
    pub fn next(self) -> Option<Self> {
        match self.number {
            4 => Self::new(self.year + 1, 1),
            number => Self::new(self.year, number + 1),
        }
        .ok()
    }
    /// First day of the school year (September 1st) that the quarter's last day falls in.
    pub fn school_year_start(self) -> Date {
        date(if self.number >= 3 { self.year } else { self.year - 1 }, 9, 1)
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Q{}", self.year, self.number)
    }
}

impl FromStr for Quarter {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let bad = || Error::usage(format!("季度“{text}”写法不对")).hint("写成“年份Q季度”,例如 2018Q3");
        let (year, number) = text.split_once(['Q', 'q']).ok_or_else(bad)?;
        if year.len() != 4 || number.len() != 1 {
            return Err(bad());
        }
        Self::new(year.parse().map_err(|_| bad())?, number.parse().map_err(|_| bad())?)
    }
}

impl serde::Serialize for Quarter {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Quarter {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|e: Error| serde::de::Error::custom(e.message()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::day::from_date32;

    #[test]
    fn dates_of_a_quarter() {
        let q: Quarter = "2018Q3".parse().unwrap();
        assert_eq!(q.to_string(), "2018Q3");
        assert_eq!((q.first_month(), q.last_month()), (201_807, 201_809));
        assert_eq!((q.first_day(), q.last_day()), (date(2018, 7, 1), date(2018, 9, 30)));
        assert_eq!(q.last_day32(), 17_804);
        assert_eq!(from_date32(17_804), Some(date(2018, 9, 30)));
        assert_eq!(q.school_year_start(), date(2018, 9, 1));
        let quarter = |year, number| Quarter::new(year, number).ok();
        assert_eq!(quarter(2018, 1).unwrap().previous(), quarter(2017, 4));
        assert_eq!(quarter(2018, 4).unwrap().next(), quarter(2019, 1));
        assert_eq!((q.previous(), q.next()), (quarter(2018, 2), quarter(2018, 4)));
        assert_eq!(Quarter::new(2019, 1).unwrap().school_year_start(), date(2018, 9, 1));
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "2018",
            "2018Q5",
            "2018Q0",
            "2018Q",
            "18Q1",
            "2018Q03",
            "Q3",
            "",
            "+201Q3",
            "-201Q3",
            "1899Q4",
            "3000Q1",
            "2018Q+",
            "２０１８Q3",
            "99999999999999999999Q1",
        ] {
            assert!(text.parse::<Quarter>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_first_and_the_last_quarter_have_one_neighbour() {
        let (first, last): (Quarter, Quarter) = ("1900Q1".parse().unwrap(), "2999Q4".parse().unwrap());
        assert_eq!((first.previous(), last.next()), (None, None));
        assert_eq!(first.next().unwrap().previous(), Some(first));
        assert_eq!(last.previous().unwrap().next(), Some(last));
        assert_eq!(first.school_year_start(), date(1899, 9, 1));
        assert_eq!(last.last_day(), date(2999, 12, 31));
    }

    proptest! {
        #[test]
        fn every_quarter_reads_back(year in 1900i16..=2999, number in 1u8..=4) {
            let quarter = Quarter::new(year, number).unwrap();
            prop_assert_eq!(quarter.to_string().parse::<Quarter>().ok(), Some(quarter));
            prop_assert_eq!(quarter.next().and_then(Quarter::previous), quarter.next().map(|_| quarter));
            prop_assert!(quarter.first_day32() < quarter.last_day32());
            prop_assert_eq!(quarter.next().map(Quarter::first_day32), quarter.next().map(|_| quarter.last_day32() + 1));
        }

        #[test]
        fn never_panics(text in prop_oneof!["[-+0-9\u{FF10}-\u{FF19}]{0,6}[Qq季]?[-+0-9]{0,3}", "\\PC{0,8}"], days: i32) {
            if let Ok(quarter) = text.parse::<Quarter>() {
                let _ = (quarter.previous(), quarter.next(), quarter.school_year_start(), quarter.last_month());
            }
            let _ = from_date32(days).map(date32);
        }
    }
}
