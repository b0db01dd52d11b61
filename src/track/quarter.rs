//! Arithmetic on quarter names (`2018Q3`).

use jiff::Span;
use jiff::civil::Date;

use crate::{Error, Result};

/// Year and quarter number of `2018Q3`.
fn parse(quarter: &str) -> Result<(i16, i8)> {
    let bad = || Error::internal(format!("季度“{quarter}”写法不对")).hint("应写成 2018Q3");
    let (year, number) = quarter.split_once('Q').ok_or_else(bad)?;
    let year = year.parse().map_err(|_| bad())?;
    let number = number.parse().map_err(|_| bad())?;
    if (1..=4).contains(&number) { Ok((year, number)) } else { Err(bad()) }
}

/// Last day of the quarter.
pub fn quarter_end(quarter: &str) -> Result<Date> {
    let (year, number) = parse(quarter)?;
    Date::new(year, number * 3, 1).map(|d| d.last_of_month()).map_err(|e| Error::internal(e.to_string()))
}

/// First day of the quarter.
pub fn quarter_start(quarter: &str) -> Result<Date> {
    let (year, number) = parse(quarter)?;
    Date::new(year, number * 3 - 2, 1).map_err(|e| Error::internal(e.to_string()))
}

/// ISO date `days` after the quarter's end.
///
/// # Errors
/// What is no quarter, and a date that no calendar has.
pub fn due_date(quarter: &str, days: u32) -> Result<String> {
    let end = quarter_end(quarter)?;
    let date = Span::new().try_days(days).and_then(|span| end.checked_add(span));
    date.map(|date| date.to_string()).map_err(|e| {
        Error::configuration(format!("季度{quarter}之后{days}天不是日历里的日期"))
            .hint("检查规则的 due_days")
            .caused_by(e)
    })
}

/// Quarters from `first` to `last`, both counted; 1 for the same quarter.
pub fn quarters_between(first: &str, last: &str) -> Result<u32> {
    let ((y1, q1), (y2, q2)) = (parse(first)?, parse(last)?);
    let count = (i32::from(y2) - i32::from(y1)) * 4 + i32::from(q2) - i32::from(q1) + 1;
    Ok(u32::try_from(count).unwrap_or(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_due_dates() {
        assert_eq!(quarter_end("2018Q3").unwrap().to_string(), "2018-09-30");
        assert_eq!(quarter_end("2020Q1").unwrap().to_string(), "2020-03-31");
        assert_eq!(quarter_start("2018Q4").unwrap().to_string(), "2018-10-01");
        assert_eq!(due_date("2018Q4", 30).unwrap(), "2019-01-30");
        assert_eq!(quarters_between("2018Q3", "2019Q1").unwrap(), 3);
        assert!(due_date("2018Q4", u32::MAX).is_err(), "beyond the calendar");
        assert!(quarter_end("-9999Q1").is_ok() && quarter_end("32767Q4").is_err());
        assert!(quarters_between("-32768Q1", "32767Q4").is_ok_and(|count| count == 65_536 * 4));
        assert_eq!(quarters_between("2019Q1", "2018Q3").unwrap(), 1, "never none");
        assert!(due_date("2018Q5", 1).is_err());
        assert!(due_date("2018", 1).is_err());
    }
}
