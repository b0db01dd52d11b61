//! Which days are worked on: `codes/holidays.csv` of a pipeline, and weekends.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use crate::{Error, Result};

/// A row of the table: a day that is not what its weekday makes of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedDay {
    date: String,
    /// `休` or `班`.
    day: String,
    /// What it is called, for who reads the table.
    #[serde(rename = "name")]
    _name: Option<String>,
}

/// Holidays, and weekends that are worked on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkCalendar {
    /// Whether it is worked on.
    days: BTreeMap<Date, bool>,
    /// Years of which the table tells something: of others weekends alone are known.
    years: BTreeSet<i16>,
}

impl WorkCalendar {
    /// Reads a table `date,day,name`: `2018-10-01,休,国庆节`.
    ///
    /// # Errors
    /// A file that cannot be read; a day that is none, is named twice, or is neither 休 nor 班.
    pub fn load(path: &Path) -> Result<Self> {
        let wrong = |line: u64, message: String| {
            Error::configuration(message)
                .in_file(path)
                .hint(format!("第{line}行写成 2018-10-01,休,国庆节 或 2018-09-29,班,调休，一天一行"))
        };
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .from_path(path)
            .map_err(|e| Error::configuration(format!("读不了节假日表：{e}")).in_file(path))?;
        let mut calendar = Self::default();
        for (line, row) in (2..).zip(reader.deserialize()) {
            let not_a_day = || wrong(line, "节假日表有一行不是“日期,休或班,名称”".to_owned());
            let row: NamedDay = row.map_err(|_| not_a_day())?;
            let date: Date = row.date.trim().parse().map_err(|_| not_a_day())?;
            let worked = match row.day.trim() {
                "休" => false,
                "班" => true,
                other => return Err(wrong(line, format!("“{other}”既不是“休”也不是“班”"))),
            };
            if calendar.days.insert(date, worked).is_some() {
                return Err(wrong(line, format!("{date}写了两次")));
            }
            calendar.years.insert(date.year());
        }
        Ok(calendar)
    }

    /// Is the day worked on?
    pub fn is_worked_on(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.days.get(&day).copied().unwrap_or(!weekend)
    }

    /// The last of so many working days, the first of which is after `from`; `from` itself for none.
    ///
    /// # Errors
    /// The calendar ends before.
    pub fn working_days_after(&self, from: Date, days: u32) -> Result<Date> {
        let (mut day, mut left) = (from, days);
        while left > 0 {
            let next = day.tomorrow();
            day = next.map_err(|e| Error::usage(format!("{from}之后{days}个工作日超出日历")).caused_by(e))?;
            left -= u32::from(self.is_worked_on(day));
        }
        Ok(day)
    }

    /// The latest day after which so many days up to and with `to` are worked on; `to` itself for none.
    ///
    /// # Errors
    /// The calendar begins after.
    pub fn working_days_before(&self, to: Date, days: u32) -> Result<Date> {
        let (mut day, mut left) = (to, days);
        while left > 0 {
            left -= u32::from(self.is_worked_on(day));
            let before = day.yesterday();
            day = before.map_err(|e| Error::usage(format!("{to}之前{days}个工作日超出日历")).caused_by(e))?;
        }
        Ok(day)
    }

    /// Working days after `from`, up to and with `to`; 0 if it is not later.
    pub fn working_days_between(&self, from: Date, to: Date) -> u32 {
        let mut days = 0;
        let mut day = from;
        while day < to {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            days += u32::from(self.is_worked_on(day));
        }
        days
    }

    /// Years from the one of `from` to that of `to` of which no holidays are known.
    pub fn unknown_years(&self, from: Date, to: Date) -> Vec<i16> {
        (from.year()..=to.year()).filter(|year| !self.years.contains(year)).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn national() -> WorkCalendar {
        let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/base/codes/holidays.csv");
        WorkCalendar::load(&table).unwrap()
    }

    #[test]
    fn holidays_are_not_worked_on_and_shifted_weekends_are() {
        let calendar = national();
        // Saturday and Sunday before the holiday are worked on, its seven days are not.
        assert!(calendar.is_worked_on(date(2018, 9, 29)) && calendar.is_worked_on(date(2018, 9, 30)));
        assert!((1..=7).all(|day| !calendar.is_worked_on(date(2018, 10, day))));
        assert_eq!(calendar.working_days_after(date(2018, 9, 30), 1).unwrap(), date(2018, 10, 8));
        assert_eq!(calendar.working_days_after(date(2018, 9, 28), 3).unwrap(), date(2018, 10, 8));
        assert_eq!(calendar.working_days_after(date(2018, 9, 30), 10).unwrap(), date(2018, 10, 19));
        assert_eq!(calendar.working_days_after(date(2018, 12, 28), 2).unwrap(), date(2019, 1, 2));
        assert_eq!(calendar.working_days_after(date(2018, 9, 30), 0).unwrap(), date(2018, 9, 30));
        assert_eq!(calendar.working_days_before(date(2018, 10, 8), 3).unwrap(), date(2018, 9, 28));
        assert_eq!(calendar.working_days_before(date(2018, 10, 7), 1).unwrap(), date(2018, 9, 29));
        assert_eq!(calendar.working_days_before(date(2018, 10, 7), 0).unwrap(), date(2018, 10, 7));
        assert_eq!(calendar.working_days_between(date(2018, 9, 28), date(2018, 10, 8)), 3);
        assert_eq!(calendar.working_days_between(date(2018, 10, 8), date(2018, 10, 8)), 0);
        assert_eq!(calendar.working_days_between(date(2018, 10, 9), date(2018, 10, 8)), 0);
        // The holidays of spring 2020 were extended.
        assert_eq!(calendar.working_days_after(date(2020, 1, 23), 1).unwrap(), date(2020, 2, 3));
    }

    #[test]
    fn of_other_years_weekends_alone_are_known_and_that_is_told() {
        let calendar = national();
        assert_eq!(calendar.working_days_after(date(2030, 9, 30), 1).unwrap(), date(2030, 10, 1));
        assert_eq!(calendar.unknown_years(date(2021, 12, 1), date(2023, 1, 5)), [2022, 2023]);
        assert_eq!(
            WorkCalendar::default().working_days_after(date(2018, 9, 28), 1).unwrap(),
            date(2018, 10, 1)
        );
        assert!(calendar.working_days_after(Date::MAX, 1).is_err());
        assert!(calendar.working_days_before(Date::MIN, 1).is_err());
    }

    #[test]
    fn tables_that_say_nothing_of_a_day_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("holidays.csv");
        for (rows, wrong) in [
            ("2018-10-01,休,国庆节\n2018-10-01,班,\n", "写了两次"),
            ("2018-10-01,放假,国庆节\n", "既不是“休”也不是“班”"),
            ("2018-13-01,休,国庆节\n", "不是“日期"),
        ] {
            std::fs::write(&file, format!("date,day,name\n{rows}")).unwrap();
            let error = WorkCalendar::load(&file).unwrap_err();
            assert!(error.to_string().contains(wrong), "{error}");
        }
    }
}
