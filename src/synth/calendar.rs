//! Dates as `yyyymmdd`, months as `yyyymm`, quarters; no clock.

use crate::model::day;
pub(super) use crate::model::day::day_from_epoch_days;
use crate::{Error, Result};

/// Days since 1970-01-01 of a `yyyymmdd` date that the calendar has.
pub(super) fn date_to_days(date: u32) -> i32 {
    day::day_to_epoch_days(date).unwrap_or_default()
}

/// True if the calendar has this `yyyymmdd` date.
pub(super) fn is_calendar_date(date: u32) -> bool {
    date >= 18_000_101 && day::is_real_day(date)
}

/// Full years between two dates.
pub(super) fn age_on(birth: u32, on: u32) -> i32 {
    let years = (on / 10_000) as i32 - (birth / 10_000) as i32;
    if on % 10_000 < birth % 10_000 { years - 1 } else { years }
}

/// `yyyymm` moved by some months.
pub(super) fn add_months(month: u32, by: i32) -> u32 {
    day::month_at(day::month_index(month as i32) + by) as u32
}

/// A calendar quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SynthQuarter {
    /// Year.
    pub year: u32,
    /// 1 to 4.
    pub number: u32,
}

impl SynthQuarter {
    /// Reads `2018Q3`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let bad =
            || Error::usage(format!("季度“{text}”写法不对")).hint("写成 2018Q3 这样的四位年份加 Q1 到 Q4");
        let (year, number) = text.split_once(['Q', 'q']).ok_or_else(bad)?;
        let year: u32 = year.parse().map_err(|_| bad())?;
        let number: u32 = number.parse().map_err(|_| bad())?;
        if !(1900..=2200).contains(&year) || !(1..=4).contains(&number) {
            return Err(bad());
        }
        Ok(Self { year, number })
    }
    /// The quarter after this one.
    pub(super) fn next(self) -> Self {
        if self.number == 4 {
            Self { year: self.year + 1, number: 1 }
        } else {
            Self { year: self.year, number: self.number + 1 }
        }
    }
    /// First month.
    pub(super) fn first_month(self) -> u32 {
        self.year * 100 + self.number * 3 - 2
    }
    /// Last month.
    pub(super) fn last_month(self) -> u32 {
        self.year * 100 + self.number * 3
    }
    /// First day.
    pub(super) fn start(self) -> u32 {
        self.first_month() * 100 + 1
    }
    /// Last day.
    pub(super) fn end(self) -> u32 {
        day_from_epoch_days(date_to_days(add_months(self.last_month(), 1) * 100 + 1) - 1)
    }
    /// 31 August of the school year that runs at the quarter's end.
    pub(super) fn school_cutoff(self) -> u32 {
        (if self.number >= 3 { self.year } else { self.year - 1 }) * 10_000 + 831
    }
    /// 1 September, when that school year began.
    pub(super) fn school_start(self) -> u32 {
        self.school_cutoff() / 10_000 * 10_000 + 901
    }
    /// Name of the aid term.
    pub(super) fn term(self) -> String {
        format!("{}{}", self.year, if self.number >= 3 { "秋" } else { "春" })
    }
    /// Name of the aid term before.
    pub(super) fn previous_term(self) -> String {
        if self.number >= 3 { format!("{}春", self.year) } else { format!("{}秋", self.year - 1) }
    }
}

impl std::fmt::Display for SynthQuarter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}Q{}", self.year, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        assert_eq!(date_to_days(19_700_101), 0);
        assert_eq!(date_to_days(20_000_301) - date_to_days(20_000_228), 2);
        for day in (-40_000..20_000).step_by(13) {
            assert_eq!(date_to_days(day_from_epoch_days(day)), day);
        }
        assert!(
            !is_calendar_date(20_180_229) && is_calendar_date(20_160_229) && !is_calendar_date(20_181_301)
        );
    }

    #[test]
    fn quarters_know_their_ends() -> Result<()> {
        let q = SynthQuarter::parse("2018Q4")?;
        assert_eq!((q.start(), q.end(), q.next().to_string().as_str()), (20_181_001, 20_181_231, "2019Q1"));
        assert_eq!((q.next().school_cutoff(), q.next().school_start()), (20_180_831, 20_180_901));
        assert_eq!((q.term().as_str(), q.previous_term().as_str()), ("2018秋", "2018春"));
        assert_eq!((q.next().term().as_str(), q.next().previous_term().as_str()), ("2019春", "2018秋"));
        assert_eq!(add_months(201_801, -1), 201_712);
        assert!(SynthQuarter::parse("2018Q5").is_err());
        Ok(())
    }
}
