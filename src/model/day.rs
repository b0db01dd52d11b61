//! Dates packed as `yyyymmdd`; a month or day of 0 is unknown, 0 as a whole is missing.

use jiff::Span;
use jiff::civil::{Date, date};

/// Years in which a living person, or one who died in the registers' time, can be born.
pub(crate) const BIRTH_YEARS: std::ops::RangeInclusive<u32> = 1890..=2030;

/// Packs year, month and day.
pub(crate) const fn pack_day(year: u32, month: u32, day: u32) -> u32 {
    year * 10_000 + month * 100 + day
}

/// Year, month and day of a packed date.
pub(crate) const fn unpack_day(packed: u32) -> (u32, u32, u32) {
    (packed / 10_000, packed / 100 % 100, packed % 100)
}

/// Days of a month; 0 for a month that does not exist.
pub(crate) const fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Months since the beginning of the calendar, of a month `yyyymm`.
pub(crate) const fn month_index(month: i32) -> i32 {
    month / 100 * 12 + month % 100 - 1
}

/// The month `yyyymm` of a [`month_index`].
pub(crate) const fn month_at(index: i32) -> i32 {
    index.div_euclid(12) * 100 + index.rem_euclid(12) + 1
}

/// Is it a complete calendar date?
pub(crate) const fn is_real_day(packed: u32) -> bool {
    let (year, month, day) = unpack_day(packed);
    year >= 1 && year <= 9999 && day >= 1 && day <= days_in_month(year, month)
}

/// Is it a calendar date on which somebody in the registers can be born?
pub(crate) fn is_birth_date(packed: u32) -> bool {
    BIRTH_YEARS.contains(&(packed / 10_000)) && is_real_day(packed)
}

/// Days since 1970-01-01 of a real date (Date32).
pub(crate) fn day_to_epoch_days(packed: u32) -> Option<i32> {
    if !is_real_day(packed) {
        return None;
    }
    let (year, month, day) = unpack_day(packed);
    // Count years from March, so that the leap day is the last day of its year.
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    i32::try_from(era * 146_097 + day_of_era - 719_468).ok()
}

/// Packed date of days since 1970-01-01; 0 outside the years 1 to 9999.
pub(crate) fn day_from_epoch_days(days: i32) -> u32 {
    let shifted = i64::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    if (1..=9999).contains(&year) { pack_day(year as u32, month as u32, day as u32) } else { 0 }
}

/// Days since 1970-01-01, the form of Date32 columns.
pub(crate) fn day_to_date32(day: Date) -> i32 {
    (day - date(1970, 1, 1)).get_days()
}

/// Inverse of `date32`; `None` outside years -9999..=9999.
pub fn day_from_date32(days: i32) -> Option<Date> {
    date(1970, 1, 1).checked_add(Span::new().try_days(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn leap_days() {
        assert!(is_real_day(20000229) && is_real_day(20160229));
        assert!(!is_real_day(19000229) && !is_real_day(20170229));
    }

    proptest! {
        #[test]
        fn days_round_trip(days in -40_000i32..40_000) {
            prop_assert_eq!(day_to_epoch_days(day_from_epoch_days(days)), Some(days));
        }
        #[test]
        fn jiff_agrees(days in -40_000i32..40_000) {
            let date = date(1970, 1, 1).checked_add(Span::new().days(days)).expect("in range");
            let packed = pack_day(date.year() as u32, date.month() as u32, date.day() as u32);
            prop_assert_eq!(day_from_epoch_days(days), packed);
        }
        #[test]
        fn never_panics(
            packed: u32,
            days: i32,
        ) {
            prop_assert!(is_real_day(packed) == day_to_epoch_days(packed).is_some());
            prop_assert!(day_from_epoch_days(days) == 0 || day_to_epoch_days(day_from_epoch_days(days)) == Some(days));
        }
    }
}
