//! Which months a list tells of, county by county, as its rows show: a month without rows may be one in which nothing
//! happened, or one that did not come.

use std::collections::{BTreeMap, BTreeSet};

use super::day::{month_at, month_index};
use super::officer_text::month_text;
use super::period::Period;

/// Months (`yyyymm`) by county code; those of [`COMMON`] hold for whoever is in one file with other counties.
pub(crate) type CoveredMonths = BTreeMap<String, BTreeSet<i32>>;

/// Rows of a list by file, county code (`""`: unknown) and month.
pub(crate) type MonthRows = BTreeMap<String, BTreeMap<String, BTreeMap<i32, u64>>>;

/// Stands in [`CoveredMonths`] for all counties that are in one file with others.
pub(crate) const COMMON: &str = "*";

/// Rows a month, on the average, from which a month without any is a month that did not come.
const LEAST_A_MONTH: u64 = 5;
/// Share of the rows of the fullest month, in 1/100, below which the rows of a month are a few late ones.
const LATE_PERCENT: u64 = 10;
/// A list with fewer rows a month tells of the months between its first and its last, if it has rows of every so many
/// months of those that are asked for, and of three.
const SPREAD: usize = 3;

/// The months that end with a period's last one, ascending.
pub(crate) fn window_of(period: Period, months: u8) -> Vec<i32> {
    let last = month_index(period.last_month());
    (last + 1 - i32::from(months)..=last).map(month_at).collect()
}

/// The months that a list tells of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ListMonths {
    /// By county, those of the files that have rows of it.
    own: CoveredMonths,
    /// Those of files of several counties.
    common: BTreeSet<i32>,
    /// Counties with files of their own, and whoever must not be taken to be in a file of others.
    alone: BTreeSet<String>,
}

impl ListMonths {
    /// Looks at the rows of a list for the months of `window`. `was_common`: in the delivery before several counties were in
    /// one file, so that a single file now is one, too.
    pub(crate) fn of(rows: &MonthRows, window: &[i32], was_common: bool) -> Self {
        let mut all = Self::default();
        for counties in rows.values() {
            let mut totals: BTreeMap<i32, u64> = BTreeMap::new();
            for (month, count) in counties.values().flatten() {
                *totals.entry(*month).or_default() += count;
            }
            let told = told_months(&totals, window);
            let named: Vec<&String> = counties.keys().filter(|county| !county.is_empty()).collect();
            for county in &named {
                all.own.entry((*county).clone()).or_default().extend(&told);
            }
            match named.as_slice() {
                [one] if rows.len() > 1 || !was_common => {
                    all.alone.insert((*one).clone());
                }
                _ => all.common.extend(&told),
            }
        }
        all
    }

    /// Does not take these counties to be in a file of others.
    pub(crate) fn set_apart(&mut self, counties: impl IntoIterator<Item = String>) {
        self.alone.extend(counties);
    }

    /// Counties of which it has rows.
    pub(crate) fn counties(&self) -> impl Iterator<Item = &String> {
        self.own.keys()
    }

    /// Does it tell of a month of a county, with rows or without?
    pub(crate) fn tells(&self, county: &str, month: i32) -> bool {
        self.own.get(county).is_some_and(|months| months.contains(&month))
            || !self.alone.contains(county) && self.common.contains(&month)
    }

    /// Does any file of it tell of the month?
    pub(crate) fn tells_of_any(&self, month: i32) -> bool {
        self.common.contains(&month) || self.own.values().any(|months| months.contains(&month))
    }

    /// The months of a county that it or what was `before` tells of; `complete`: what it says of the county counts.
    pub(crate) fn with_those_before(
        &self,
        (county, complete): (&str, bool),
        before: &CoveredMonths,
        window: &[i32],
    ) -> BTreeSet<i32> {
        let common = || before.get(COMMON).filter(|_| !self.alone.contains(county));
        let earlier = before.get(county).or_else(common);
        let is_told = |month: &i32| {
            complete && self.tells(county, *month) || earlier.is_some_and(|months| months.contains(month))
        };
        window.iter().copied().filter(is_told).collect()
    }

    /// Months that every county has which is in one file with others.
    pub(crate) fn common_with(&self, before: &CoveredMonths, window: &[i32]) -> BTreeSet<i32> {
        let earlier = before.get(COMMON);
        let is_told =
            |month: &i32| self.common.contains(month) || earlier.is_some_and(|months| months.contains(month));
        window.iter().copied().filter(is_told).collect()
    }

    /// What it tells by itself, as a publication keeps it.
    pub(crate) fn covered(&self) -> CoveredMonths {
        let mut covered = self.own.clone();
        if !self.common.is_empty() {
            covered.insert(COMMON.to_owned(), self.common.clone());
        }
        covered
    }
}

/// The months of `window` that a file tells of. One with many rows a month tells of those with more than a few; one with
/// few rows of those between its first and its last month, too, and beyond them of as many as it goes without rows in
/// between.
fn told_months(totals: &BTreeMap<i32, u64>, window: &[i32]) -> BTreeSet<i32> {
    let Some(last) = window.last() else { return BTreeSet::new() };
    let totals: BTreeMap<i32, u64> = totals
        .iter()
        .filter(|(month, _)| *month <= last)
        .map(|(month, n)| (month_index(*month), *n))
        .collect();
    let fullest = totals.values().copied().max().unwrap_or(0);
    let rows: u64 = totals.values().sum();
    let is_thin =
        rows < LEAST_A_MONTH * totals.len() as u64 && totals.len() >= (window.len() / SPREAD).max(3);
    let indices: Vec<i32> = totals.keys().copied().collect();
    let is_told = |month: &i32| {
        let index = month_index(*month);
        if !is_thin {
            return totals.get(&index).is_some_and(|n| n * 100 >= fullest * LATE_PERCENT);
        }
        let gap = indices.windows(2).map(|pair| pair[1] - pair[0] - 1).max().unwrap_or(0);
        let (first, last) = (indices[0] - gap, indices[indices.len() - 1] + gap);
        (first..=last).contains(&index)
    };
    window.iter().copied().filter(is_told).collect()
}

/// Counties with so many rows a month, on the average of the months in which they have any, that one without rows is one
/// that did not come.
pub(crate) fn busy_counties(rows: &MonthRows) -> BTreeSet<String> {
    let mut counties: BTreeMap<&String, (u64, BTreeSet<i32>)> = BTreeMap::new();
    for (county, months) in rows.values().flatten().filter(|(county, _)| !county.is_empty()) {
        let (count, seen) = counties.entry(county).or_default();
        *count += months.values().sum::<u64>();
        seen.extend(months.keys());
    }
    let is_busy = |(count, seen): &(u64, BTreeSet<i32>)| *count >= LEAST_A_MONTH * seen.len() as u64;
    counties.into_iter().filter(|(_, of)| is_busy(of)).map(|(county, _)| county.clone()).collect()
}

/// Months in words, runs together: `2024年4月至12月、2025年2月`.
pub(crate) fn months_in_words(months: &BTreeSet<i32>) -> String {
    let mut runs: Vec<(i32, i32)> = Vec::new();
    for index in months.iter().map(|month| month_index(*month)) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == index => *last = index,
            _ => runs.push((index, index)),
        }
    }
    let word = |index: i32| month_text(month_at(index).into());
    let run = |(first, last): (i32, i32)| match (first == last, first.div_euclid(12) == last.div_euclid(12)) {
        (true, _) => word(first),
        (false, true) => format!("{}至{}月", word(first), last.rem_euclid(12) + 1),
        (false, false) => format!("{}至{}", word(first), word(last)),
    };
    runs.into_iter().map(run).collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window() -> Vec<i32> {
        window_of("2025M03".parse().unwrap(), 6)
    }

    fn file(rows: &[(&str, i32, u64)]) -> BTreeMap<String, BTreeMap<i32, u64>> {
        let mut counties: BTreeMap<String, BTreeMap<i32, u64>> = BTreeMap::new();
        for (county, month, count) in rows {
            counties.entry((*county).to_owned()).or_default().insert(*month, *count);
        }
        counties
    }

    fn list(files: &[&[(&str, i32, u64)]]) -> MonthRows {
        files.iter().enumerate().map(|(at, rows)| (at.to_string(), file(rows))).collect()
    }

    fn told(list: &MonthRows, county: &str) -> Vec<i32> {
        let months = ListMonths::of(list, &window(), false);
        window().into_iter().filter(|month| months.tells(county, *month)).collect()
    }

    #[test]
    fn a_window_ends_with_the_period() {
        assert_eq!(window(), [202_410, 202_411, 202_412, 202_501, 202_502, 202_503]);
        assert_eq!(window_of("2025Q1".parse().unwrap(), 2), [202_502, 202_503]);
        let months = BTreeSet::from([202_412, 202_501, 202_502, 202_404]);
        assert_eq!(months_in_words(&months), "2024年4月、2024年12月至2025年2月");
        assert_eq!(months_in_words(&BTreeSet::from([202_404, 202_405])), "2024年4月至5月");
    }

    #[test]
    fn a_list_of_one_month_tells_of_that_month_and_late_rows_of_none() {
        assert_eq!(told(&list(&[&[("A", 202_503, 40)]]), "A"), [202_503]);
        assert_eq!(told(&list(&[&[("A", 202_503, 40), ("A", 202_501, 2)]]), "A"), [202_503]);
        assert_eq!(told(&list(&[&[("A", 202_503, 1)]]), "A"), [202_503]);
        // A month that is left out of a long list.
        let without: Vec<(&str, i32, u64)> =
            window().into_iter().filter(|month| *month != 202_412).map(|month| ("A", month, 30)).collect();
        assert_eq!(told(&list(&[&without]), "A"), [202_410, 202_411, 202_501, 202_502, 202_503]);
    }

    #[test]
    fn a_short_list_tells_of_the_months_in_which_nothing_happened() {
        let rows = [("A", 202_411, 1), ("A", 202_501, 2), ("A", 202_502, 1)];
        assert_eq!(told(&list(&[&rows]), "A"), window());
        let no_gap = [("A", 202_411, 1), ("A", 202_412, 2), ("A", 202_501, 1)];
        assert_eq!(told(&list(&[&no_gap]), "A"), [202_411, 202_412, 202_501]);
    }

    #[test]
    fn a_county_in_one_file_with_others_has_their_months() {
        let one = list(&[&[("A", 202_503, 40), ("B", 202_502, 40)]]);
        assert_eq!(told(&one, "B"), [202_502, 202_503]);
        assert_eq!(told(&one, "C"), [202_502, 202_503], "nothing happened there");
        let two = list(&[&[("A", 202_503, 40)], &[("B", 202_502, 40)]]);
        assert_eq!(told(&two, "B"), [202_502]);
        assert_eq!(told(&two, "C"), [0; 0], "it did not deliver");
        let mut apart = ListMonths::of(&one, &window(), false);
        apart.set_apart(["C".to_owned()]);
        assert!(!apart.tells("C", 202_503) && apart.tells_of_any(202_502));
        // One county alone has rows in the file of all.
        let alone = list(&[&[("A", 202_503, 40)]]);
        assert!(ListMonths::of(&alone, &window(), true).tells("C", 202_503));
        assert!(!ListMonths::of(&alone, &window(), false).tells("C", 202_503));
    }

    #[test]
    fn a_county_with_many_rows_every_month_is_busy() {
        let rows = list(&[
            &[("A", 202_501, 5), ("A", 202_502, 5), ("B", 202_501, 8), ("B", 202_502, 1)],
            &[("A", 202_502, 1), ("C", 202_501, 4), ("", 202_501, 90)],
        ]);
        assert_eq!(Vec::from_iter(busy_counties(&rows)), ["A"], "B has 9 rows of two months");
    }

    #[test]
    fn earlier_publications_tell_the_rest() {
        let now = ListMonths::of(&list(&[&[("A", 202_503, 40), ("B", 202_503, 9)]]), &window(), false);
        let before = CoveredMonths::from([
            ("A".to_owned(), BTreeSet::from([202_409, 202_501])),
            (COMMON.to_owned(), BTreeSet::from([202_502])),
        ]);
        let of =
            |county, complete| Vec::from_iter(now.with_those_before((county, complete), &before, &window()));
        assert_eq!(of("A", true), [202_501, 202_503]);
        assert_eq!(of("A", false), [202_501], "its part of the list is not whole");
        assert_eq!(of("B", true), [202_502, 202_503], "new on the list of all");
        assert_eq!(Vec::from_iter(now.common_with(&before, &window())), [202_502, 202_503]);
    }
}
