//! Days that are written as a birth date where nobody knows it: the one place that says which.

/// What a birth date says by itself, before anybody counts how many rows of a list share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayMeaning {
    /// Somebody was born on it.
    Born,
    /// People were born on it, and it is written for an unknown day: it is shown as it stands, and is no evidence of who
    /// somebody is.
    Doubtful,
    /// Nobody knows the birth date.
    Unknown,
}

/// Days with which programs begin to count, each with whether the number beside it must state another: on the
/// second many were really born, by what is written of them.
const BEGINNINGS: [(u32, bool); 2] = [(19_700_101, false), (20_000_101, true)];
/// The day with which spreadsheets begin, and the one after.
const SPREADSHEET_BEGINNINGS: [u32; 2] = [18_991_230, 18_991_231];

/// What a day (`yyyymmdd`, 0 for none) means; `of_number`: the day that the ID number beside it states.
pub(crate) fn birth_day_meaning(day: u32, of_number: Option<u32>) -> DayMeaning {
    if day == 0 || of_number == Some(day) {
        return DayMeaning::Born;
    }
    let begins =
        |&(begins, contradicted): &(u32, bool)| begins == day && (of_number.is_some() || !contradicted);
    if BEGINNINGS.iter().any(begins) {
        return DayMeaning::Unknown;
    }
    // The first day of a decade is how old somebody seems.
    let decade = day % 100_000 == 101;
    if decade || SPREADSHEET_BEGINNINGS.contains(&day) { DayMeaning::Doubtful } else { DayMeaning::Born }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_beside_it_says_whether_a_day_is_meant() {
        use DayMeaning::*;
        for (day, of_number, meaning) in [
            (0, None, Born),
            (19_650_312, None, Born),
            (19_650_101, None, Born),
            (19_600_101, None, Doubtful),
            (19_600_101, Some(19_600_101), Born),
            (19_600_101, Some(19_610_203), Doubtful),
            (18_991_230, None, Doubtful),
            (19_700_101, None, Unknown),
            (19_700_101, Some(19_700_101), Born),
            (20_000_101, None, Doubtful),
            (20_000_101, Some(19_610_203), Unknown),
            (20_000_101, Some(20_000_101), Born),
        ] {
            assert_eq!(birth_day_meaning(day, of_number), meaning, "{day} {of_number:?}");
        }
    }
}
