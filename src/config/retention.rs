//! `[retention]`: how long what is about persons is kept, each kind for its own time.

use jiff::ToSpan as _;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// `[retention]`. What has no time is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSettings {
    /// `restricted/` of publications, from the last day of their period: `"2 years"`.
    pub restricted: Option<RetentionTime>,
    /// `lists/` of publications, which name persons, from the last day of their period.
    pub lists: Option<RetentionTime>,
    /// How many runs that others replaced are kept of each period: `"4 runs"`.
    pub runs: Option<KeptRuns>,
    /// Who answered and what he noted, from the day on which it was recorded.
    pub answers: Option<RetentionTime>,
    /// Copies of files that came back, from the day of their import.
    pub returned: Option<RetentionTime>,
}

impl RetentionSettings {
    /// True if everything is kept for ever.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A time with its unit, `"2 years"`, `"18 months"`, `"90 days"`.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct RetentionTime {
    /// As it is written.
    pub text: String,
    number: i32,
    unit: TimeUnit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TimeUnit {
    Years,
    Months,
    Days,
}

/// A count of runs with its unit, `"4 runs"`.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct KeptRuns {
    /// As it is written.
    pub text: String,
    /// How many.
    pub number: usize,
}

impl RetentionTime {
    /// The day from which on what began to count on `day` is deleted.
    pub fn end(&self, day: Date) -> Date {
        let span = match self.unit {
            TimeUnit::Years => self.number.years(),
            TimeUnit::Months => self.number.months(),
            TimeUnit::Days => self.number.days(),
        };
        day.checked_add(span).unwrap_or(Date::MAX)
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, unit) = parts(text)?;
        let unit = match unit {
            "year" | "years" | "年" => TimeUnit::Years,
            "month" | "months" | "个月" => TimeUnit::Months,
            "day" | "days" | "天" => TimeUnit::Days,
            _ => return None,
        };
        let number = i32::try_from(number).ok().filter(|number| (1..=36_500).contains(number))?;
        Some(Self { text: text.to_owned(), number, unit })
    }
}

/// A number and what stands behind it.
fn parts(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, text[digits..].trim()))
}

impl<'de> Deserialize<'de> for RetentionTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!("期限“{text}”没有单位或不认识：写 \"2 years\"、\"18 months\"、\"90 days\"，也可写 \"2年\"、\"18个月\"、\"90天\""))
        })
    }
}

impl<'de> Deserialize<'de> for KeptRuns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = parts(&text).filter(|(_, unit)| ["run", "runs", "次"].contains(unit));
        match number {
            Some((number, _)) => Ok(Self { number: number as usize, text }),
            None => Err(serde::de::Error::custom(format!(
                "“{text}”没有单位或不认识：写保留几次被取代的运行，例如 \"4 runs\"，也可写 \"4次\""
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn times_have_units_and_end_on_a_day() {
        let end = |text: &str| RetentionTime::parse(text).map(|time| time.end(date(2018, 8, 31)));
        assert_eq!(end("2 years"), Some(date(2020, 8, 31)));
        assert_eq!(end("2年"), Some(date(2020, 8, 31)));
        assert_eq!(end("18 months"), Some(date(2020, 2, 29)));
        assert_eq!(end("90天"), Some(date(2018, 11, 29)));
        for text in ["2", "years", "0 years", "2 weeks", "-1 years", "2.5 years", "99999999999 days", ""] {
            assert_eq!(end(text), None, "{text}");
        }
    }
}
