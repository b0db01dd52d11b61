//! What is looked up of findings at every request, made once: which is called so, and what facets say of each, as codes.

use std::collections::BTreeSet;
use std::sync::Arc;

use hashbrown::HashMap;

use super::findings::PageFinding;

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

    /// Whether the finding at a position stands in an area, as [`super::seat::PageSeat::sees`] says of its divisions; an
    /// empty one is everywhere.
    pub(super) fn within<'a>(&'a self, area: &str) -> impl Fn(usize) -> bool + 'a {
        let everywhere = area.is_empty();
        let (county, township) = (self.county.code(area), self.township.code(area));
        move |at| {
            everywhere || Some(self.county.codes[at]) == county || Some(self.township.codes[at]) == township
        }
    }
}

/// What may be looked for of every finding, one behind the other in one text, so that a word is looked for once.
#[derive(Debug, Default)]
pub(super) struct FindingTexts {
    text: String,
    /// Where each finding's part ends.
    ends: Vec<usize>,
}

impl FindingTexts {
    pub(super) fn of(findings: &[PageFinding]) -> Self {
        let mut texts = Self::default();
        for one in findings {
            for part in [&*one.name, &one.number, &one.id_number, &one.household_no, &one.key] {
                texts.text.push_str(part);
                // No word that is looked for has one.
                texts.text.push('\n');
            }
            texts.ends.push(texts.text.len());
        }
        texts
    }

    /// Of which findings all words stand somewhere; `None`: no word is looked for.
    pub(super) fn find(&self, words: &[&str]) -> Option<Vec<bool>> {
        let mut all: Option<Vec<bool>> = None;
        for word in words {
            let (mut found, mut at) = (vec![false; self.ends.len()], 0);
            for place in memchr::memmem::find_iter(self.text.as_bytes(), word.as_bytes()) {
                at += self.ends[at..].partition_point(|end| *end <= place);
                found[at] = true;
            }
            all = Some(match all {
                None => found,
                Some(before) => before.into_iter().zip(found).map(|(a, b)| a && b).collect(),
            });
        }
        all
    }
}

/// Positions of findings by what they are called.
#[derive(Debug, Default)]
pub(super) struct FindingNames {
    by_key: HashMap<String, u32>,
    by_fingerprint: HashMap<String, u32>,
    /// By keys that sheets bore earlier: where one finding became two, both are meant.
    by_former_key: HashMap<String, Vec<u32>>,
    /// Of each finding that others follow from, by its fingerprint, those others.
    consequences: HashMap<String, Vec<u32>>,
}

impl FindingNames {
    pub(super) fn of(findings: &[PageFinding]) -> Self {
        let mut names = Self::default();
        for (at, one) in (0..).zip(findings) {
            names.by_key.insert(one.key.clone(), at);
            names.by_fingerprint.insert(one.exception_id.clone(), at);
            if !one.cause.is_empty() {
                names.consequences.entry(one.cause.clone()).or_default().push(at);
            }
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

    /// The findings that follow from one.
    pub(super) fn consequences(&self, fingerprint: &str) -> impl Iterator<Item = usize> {
        self.consequences.get(fingerprint).into_iter().flatten().map(|&at| at as usize)
    }

    /// Whatever was ever called by a key.
    pub(super) fn ever_called(&self, key: &str) -> impl Iterator<Item = usize> {
        let former = self.by_former_key.get(key).into_iter().flatten();
        let mut found: Vec<u32> = self.by_key.get(key).into_iter().chain(former).copied().collect();
        found.dedup();
        found.into_iter().map(|at| at as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_the_finding_that_has_them_all() {
        let texts = |parts: &[&str]| {
            let mut texts = FindingTexts::default();
            for part in parts {
                texts.text.push_str(part);
                texts.ends.push(texts.text.len());
            }
            texts
        };
        let texts = texts(&["王五\nR50-1\n", "王五\n", "李四\nR50-2\n"]);
        assert_eq!(texts.find(&[]), None);
        assert_eq!(texts.find(&["王五"]), Some(vec![true, true, false]));
        assert_eq!(texts.find(&["R50", "五"]), Some(vec![true, false, false]));
        assert_eq!(texts.find(&["R50-2"]), Some(vec![false, false, true]));
        assert_eq!(texts.find(&["赵六", "王五"]), Some(vec![false; 3]));
    }
}
