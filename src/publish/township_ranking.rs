//! Which townships come first and last, for report and summary: not by their rate, which chance moves most where few people
//! live, but by the bound of its 95 % interval that is nearest to the prefecture's rate; and whether that bound is beyond it.

use super::PublishedPipeline;
use super::quarter_totals::PublicationTotals;

/// Townships named at each end.
const NAMED: usize = 3;
/// Standard deviations to the bounds of an interval of 95 %.
const BOUND: f64 = 1.959_964;

/// A township with its rate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RankedTownship<'a> {
    pub(super) code: &'a str,
    pub(super) name: &'a str,
    pub(super) county: &'a str,
    pub(super) open: u64,
    pub(super) persons: u64,
    /// Open findings per thousand persons, and the bounds of that.
    pub(super) rate: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl RankedTownship<'_> {
    /// Is it surely above, or below, a rate?
    pub(super) fn is_apart(&self, rate: f64) -> bool {
        self.low > rate || self.high < rate
    }
}

/// The first and the last, the most certain first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct TownshipRanking<'a> {
    pub(super) worst: Vec<RankedTownship<'a>>,
    pub(super) best: Vec<RankedTownship<'a>>,
    /// Townships with people.
    pub(super) townships: usize,
    /// Of these, those that surely differ from all together.
    pub(super) apart: usize,
    /// Of these, those that cannot be among the best: more subjects are left undecided than findings are open.
    pub(super) unjudged: usize,
    /// Open findings per thousand persons of all of them together.
    pub(super) rate: f64,
}

/// Bounds of a rate that `count` events make, by Byar's approximation of Poisson's interval; `certain`: how many of the events
/// say something of their own.
fn rate_bounds(count: u64, certain: f64, persons: u64) -> (f64, f64) {
    let persons = persons as f64;
    if count == 0 {
        return (0.0, 3.69 * 1000.0 / persons);
    }
    let bound = |events: f64, side: f64| {
        let term = 1.0 - 1.0 / (9.0 * events) + side * BOUND / (3.0 * events.sqrt());
        events * term.max(0.0).powi(3)
    };
    let rate = count as f64 * 1000.0 / persons;
    (rate * bound(certain, -1.0) / certain, rate * bound(certain + 1.0, 1.0) / certain)
}

/// Every township with people, in order of the code.
pub(super) fn township_rates<'a>(
    totals: &PublicationTotals,
    catalogue: &'a PublishedPipeline,
) -> Vec<RankedTownship<'a>> {
    let units = &catalogue.divisions.units;
    let mut rates = Vec::new();
    for unit in units.iter().filter(|unit| unit.level == 3) {
        let code = unit.code.as_str();
        let persons = totals.persons_by_township.get(code).copied().unwrap_or(0);
        if persons == 0 {
            continue;
        }
        let open = totals.by_township.get(code).map_or(0, |count| count.open);
        // Ten findings of one home say as much of a township as one or two.
        let certain = match totals.spread_by_township.get(code) {
            Some(&(sum, squares)) if squares > 0 => (sum * sum) as f64 / squares as f64,
            _ => open as f64,
        };
        let (low, high) = rate_bounds(open, certain, persons);
        let county = unit.parent.map_or("", |at| units[at as usize].name.as_str());
        let rate = open as f64 * 1000.0 / persons as f64;
        rates.push(RankedTownship { code, name: &unit.name, county, open, persons, rate, low, high });
    }
    rates.sort_by(|a, b| a.code.cmp(b.code));
    rates
}

/// Finds the townships with most and least findings.
pub(super) fn rank_townships<'a>(
    totals: &PublicationTotals,
    catalogue: &'a PublishedPipeline,
) -> TownshipRanking<'a> {
    rank_rates(&township_rates(totals, catalogue), totals)
}

/// The same of townships whose rates are known.
pub(super) fn rank_rates<'a>(
    rates: &[RankedTownship<'a>],
    totals: &PublicationTotals,
) -> TownshipRanking<'a> {
    let (open, persons) = rates.iter().fold((0, 0), |sum, one| (sum.0 + one.open, sum.1 + one.persons));
    if persons == 0 {
        return TownshipRanking::default();
    }
    let rate = open as f64 * 1000.0 / persons as f64;
    let undecided = |one: &RankedTownship<'_>| {
        totals.undecided_by_township.get(one.code).copied().unwrap_or(0) > one.open
    };
    let mut worst: Vec<_> = rates.iter().filter(|one| one.rate > rate).cloned().collect();
    let mut best: Vec<_> = rates.iter().filter(|one| one.rate < rate && !undecided(one)).cloned().collect();
    worst.sort_by(|a, b| b.low.total_cmp(&a.low).then_with(|| a.code.cmp(b.code)));
    best.sort_by(|a, b| a.high.total_cmp(&b.high).then_with(|| a.code.cmp(b.code)));
    let apart = rates.iter().filter(|one| one.is_apart(rate)).count();
    worst.truncate(NAMED);
    best.truncate(NAMED);
    let unjudged = rates.iter().filter(|one| undecided(one)).count();
    TownshipRanking { worst, best, townships: rates.len(), apart, unjudged, rate }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::division::DivisionUnit;
    use crate::publish::quarter_totals::OpenCount;

    fn world(townships: &[(u64, u64, u64)]) -> (PublicationTotals, PublishedPipeline) {
        let unit = |code: String, level: u8, parent: Option<u32>| DivisionUnit {
            name: format!("乡{code}"),
            code,
            level,
            parent,
        };
        let mut units = vec![unit("4106".into(), 1, None), unit("410621".into(), 2, Some(0))];
        let mut totals = PublicationTotals::default();
        for (at, &(open, homes, persons)) in townships.iter().enumerate() {
            let code = format!("410621{at:03}");
            units.push(unit(code.clone(), 3, Some(1)));
            totals.by_township.insert(code.clone(), OpenCount { open, ..OpenCount::default() });
            totals.persons_by_township.insert(code.clone(), persons);
            let squares = open * open / homes.max(1);
            totals.spread_by_township.insert(code, (open, squares));
        }
        let mut catalogue = PublishedPipeline::default();
        catalogue.divisions.units = units;
        (totals, catalogue)
    }

    /// Persons of townships, and whether they surely stand out.
    fn told(ranking: &TownshipRanking<'_>, of: &[RankedTownship<'_>]) -> Vec<(u64, bool)> {
        of.iter().map(|one| (one.persons, one.is_apart(ranking.rate))).collect()
    }

    #[test]
    fn chance_puts_nobody_first() {
        // Three of ten people, none of twenty: both may be chance. What many people show is not.
        let (totals, catalogue) =
            world(&[(3, 3, 10), (0, 0, 20), (900, 900, 9000), (1400, 1400, 8000), (300, 300, 7000)]);
        let ranking = rank_townships(&totals, &catalogue);
        assert_eq!(told(&ranking, &ranking.worst), [(8000, true), (10, false)]);
        assert_eq!(told(&ranking, &ranking.best), [(7000, true), (9000, true), (20, false)]);
        assert_eq!((ranking.townships, ranking.apart), (5, 3));
    }

    #[test]
    fn one_home_with_many_findings_makes_no_worst_township() {
        let others = (2000, 2000, 20_000);
        let (totals, catalogue) = world(&[(20, 20, 50), others]);
        let ranking = rank_townships(&totals, &catalogue);
        assert_eq!(told(&ranking, &ranking.worst), [(50, true)]);
        let (totals, catalogue) = world(&[(20, 1, 50), others]);
        let ranking = rank_townships(&totals, &catalogue);
        assert_eq!(told(&ranking, &ranking.worst), [(50, false)]);
    }

    #[test]
    fn whom_nobody_judged_is_not_among_the_best() {
        let (mut totals, catalogue) = world(&[(10, 10, 5000), (2000, 2000, 5000)]);
        assert_eq!(rank_townships(&totals, &catalogue).best.len(), 1);
        totals.undecided_by_township.insert("410621000".into(), 11);
        let ranking = rank_townships(&totals, &catalogue);
        assert_eq!((ranking.best.len(), ranking.unjudged), (0, 1));
    }

    #[test]
    fn bounds_are_those_of_the_tables() {
        // Exact bounds of 10 events: 4.80 and 18.39.
        let (low, high) = rate_bounds(10, 10.0, 1000);
        assert!((low - 4.80).abs() < 0.05 && (high - 18.39).abs() < 0.05, "{low} {high}");
        assert_eq!(rate_bounds(0, 0.0, 1000), (0.0, 3.69));
    }
}
