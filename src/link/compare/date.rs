//! Dates.

use crate::model::day::{day_to_epoch_days, is_real_day, unpack_day};

super::levels! {
    /// How alike two dates are. Earlier levels win where several apply.
    DateLevel {
        /// The same day (or the same month or year, where neither knows more).
        Equal = "日期一致",
        /// Day and month changed places.
        DayMonthSwapped = "月日颠倒",
        /// The same day and month, the year before or after (counted age).
        YearOffByOne = "年份差一年",
        /// One digit of `yyyymmdd` differs, or two neighbours changed places.
        OneDigit = "一位数字不同",
        /// 15 to 50 days apart: a date of the lunar calendar taken for one of the common calendar.
        LunarLike = "疑为农历",
        /// The same year and month.
        SameYearMonth = "年月相同",
        /// The same year, or less than a year apart.
        SameYear = "年份相同或相差不到一年",
        /// Nothing above.
        Disagree = "日期不同",
    }
}

/// Compares two packed dates (`yyyymmdd`, month or day 0 unknown, 0 missing).
pub(crate) fn date_level(a: u32, b: u32) -> DateLevel {
    use DateLevel::*;
    if a == 0 || b == 0 {
        return Missing;
    }
    if a == b {
        return Equal;
    }
    let ((year, month, day), (other_year, other_month, other_day)) = (unpack_day(a), unpack_day(b));
    if !is_real_day(a) || !is_real_day(b) {
        // One side knows only the year or the month.
        return match (year == other_year, month, other_month) {
            (false, ..) => Disagree,
            (true, m, n) if m == n && m != 0 => SameYearMonth,
            (true, m, n) if m == 0 || n == 0 => SameYear,
            _ => SameYear,
        };
    }
    if year == other_year && month == other_day && day == other_month {
        return DayMonthSwapped;
    }
    if (month, day) == (other_month, other_day) && year.abs_diff(other_year) == 1 {
        return YearOffByOne;
    }
    if is_date_slip(a, b) {
        return OneDigit;
    }
    if year.abs_diff(other_year) > 1 {
        return Disagree;
    }
    let days = match (day_to_epoch_days(a), day_to_epoch_days(b)) {
        (Some(x), Some(y)) => x.abs_diff(y),
        _ => u32::MAX,
    };
    if (15..=50).contains(&days) {
        return LunarLike;
    }
    match (year == other_year, month == other_month) {
        (true, true) => SameYearMonth,
        (true, false) => SameYear,
        _ if days < 366 => SameYear,
        _ => Disagree,
    }
}

/// One of eight digits differs, or two neighbours changed places.
fn is_date_slip(mut a: u32, mut b: u32) -> bool {
    let mut differing = 0;
    let mut places = [(0, 0, 0); 2];
    for place in 0..8 {
        let (x, y) = (a % 10, b % 10);
        if x != y {
            if differing == 2 {
                return false;
            }
            places[differing] = (place, x, y);
            differing += 1;
        }
        a /= 10;
        b /= 10;
    }
    let [(i, p, q), (j, r, s)] = places;
    differing == 1 || (j == i + 1 && p == s && q == r)
}

#[cfg(test)]
mod tests {
    use super::DateLevel::*;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_level() {
        for (a, b, expected) in [
            (0, 19700131, Missing),
            (19700131, 19700131, Equal),
            (19700400, 19700400, Equal),
            (19700304, 19700403, DayMonthSwapped),
            (19700304, 19710304, YearOffByOne),
            (19790304, 19800304, YearOffByOne),
            (19700304, 19700384, SameYearMonth),
            (19700304, 19500304, OneDigit),
            (19700312, 19700321, OneDigit),
            (19700304, 19700407, LunarLike),
            (19700304, 19700317, SameYearMonth),
            (19700304, 19701127, SameYear),
            (19701104, 19710220, SameYear),
            (19700304, 19851127, Disagree),
            (19700300, 19700304, SameYearMonth),
            (19700000, 19700304, SameYear),
            (19710000, 19700304, Disagree),
        ] {
            assert_eq!(date_level(a, b), expected, "{a} {b}");
            assert_eq!(date_level(b, a), expected, "{b} {a}");
        }
    }

    proptest! {
        #[test]
        fn symmetric(a in 0u32..20_991_231, b in 0u32..20_991_231) {
            prop_assert_eq!(date_level(a, b), date_level(b, a));
        }
    }
}
