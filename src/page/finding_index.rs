//! What is looked up of findings at every request, made once: which is called so, and what facets say of each, as codes.

use std::collections::BTreeSet;
use std::sync::Arc;

use hashbrown::HashMap;

use super::findings::PageFinding;
use super::seat::PageSeat;

/// What one facet says of every finding, as positions among its values.
#[derive(Debug, Default)]
pub(super) struct FacetColumn {
    /// Ascending.
    pub(super) values: Vec<Arc<str>>,
    pub(super) codes: Vec<u32>,
}

impl FacetColumn {
    fn of(findings: &[PageFinding], value: impl Fn(&PageFinding) -> &Arc<str>) -> Self {
        let values: BTreeSet<&Arc<str>> = findings.iter().map(&value).collect();
        let values: Vec<Arc<str>> = values.into_iter().cloned().collect();
        let places: HashMap<&str, u32> = (0..).zip(&values).map(|(at, value)| (&**value, at)).collect();
        let codes = findings.iter().map(|one| places[&**value(one)]).collect();
        drop(places);
        Self { values, codes }
    }

    /// The code of a value; `None`: no finding has it.
    pub(super) fn code(&self, value: &str) -> Option<u32> {
        self.values.binary_search_by(|one| (**one).cmp(value)).ok().map(|at| at as u32)
    }
}

/// What facets say of findings, whoever looks and whatever was answered.
#[derive(Debug, Default)]
pub(super) struct FindingColumns {
    pub(super) severity: FacetColumn,
    pub(super) owner: FacetColumn,
    pub(super) rule: FacetColumn,
    pub(super) county: FacetColumn,
    pub(super) township: FacetColumn,
    pub(super) village: FacetColumn,
}

impl FindingColumns {
    pub(super) fn of(findings: &[PageFinding]) -> Self {
        Self {
            severity: FacetColumn::of(findings, |one| &one.severity),
            owner: FacetColumn::of(findings, |one| &one.owner),
            rule: FacetColumn::of(findings, |one| &one.rule),
            county: FacetColumn::of(findings, |one| &one.county),
            township: FacetColumn::of(findings, |one| &one.township),
            village: FacetColumn::of(findings, |one| &one.village),
        }
    }

    /// Whether a seat sees the finding at a position, as [`PageSeat::sees`] says of its divisions.
    pub(super) fn seen_by<'a>(&'a self, seat: &PageSeat) -> impl Fn(usize) -> bool + 'a {
        let everywhere = seat.area.is_empty();
        let (county, township) = (self.county.code(&seat.area), self.township.code(&seat.area));
        move |at| {
            everywhere || Some(self.county.codes[at]) == county || Some(self.township.codes[at]) == township
        }
    }
}

/// Positions of findings by what they are called.
#[derive(Debug, Default)]
pub(super) struct FindingNames {
    by_key: HashMap<String, u32>,
    by_fingerprint: HashMap<String, u32>,
    /// By keys that sheets bore earlier: where one finding became two, both are meant.
    by_former_key: HashMap<String, Vec<u32>>,
}

impl FindingNames {
    pub(super) fn of(findings: &[PageFinding]) -> Self {
        let mut names = Self::default();
        for (at, one) in (0..).zip(findings) {
            names.by_key.insert(one.key.clone(), at);
            names.by_fingerprint.insert(one.exception_id.clone(), at);
            for key in &one.former_keys {
                names.by_former_key.entry(key.clone()).or_default().push(at);
            }
        }
        names
    }

    /// The finding that lists call so now, else the only one that they did.
    pub(super) fn find(&self, key: &str) -> Option<usize> {
        let former = || match self.by_former_key.get(key).map(Vec::as_slice) {
            Some([only]) => Some(only),
            _ => None,
        };
        self.by_key.get(key).or_else(former).map(|&at| at as usize)
    }

    /// The finding with a fingerprint.
    pub(super) fn with_fingerprint(&self, fingerprint: &str) -> Option<usize> {
        self.by_fingerprint.get(fingerprint).map(|&at| at as usize)
    }

    /// Whatever was ever called by a key.
    pub(super) fn ever_called(&self, key: &str) -> impl Iterator<Item = usize> {
        let former = self.by_former_key.get(key).into_iter().flatten();
        let mut found: Vec<u32> = self.by_key.get(key).into_iter().chain(former).copied().collect();
        found.dedup();
        found.into_iter().map(|at| at as usize)
    }
}
