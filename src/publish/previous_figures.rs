//! What the publication compared with said was open, as its own report shows it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::exception::TrackedException;

/// Open and certain exceptions of the publication compared with, counted as its report counted them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PreviousFigures {
    /// All.
    pub open: u64,
    /// By severity.
    pub by_severity: BTreeMap<String, u64>,
    /// By rule code of today.
    pub by_rule: BTreeMap<String, u64>,
    /// By county code; `''` unknown.
    pub by_county: BTreeMap<String, u64>,
    /// By township code; `''` unknown.
    pub by_township: BTreeMap<String, u64>,
    /// Rules that ran, by the codes of today.
    pub judged: BTreeSet<String>,
}

impl PreviousFigures {
    /// Counts what was open; `judged`: the rules that ran.
    pub fn of(exceptions: &[TrackedException], judged: BTreeSet<String>) -> Self {
        let mut figures = Self { judged, ..Self::default() };
        for one in exceptions.iter().filter(|one| one.is_open() && !one.in_review()) {
            let e = &one.exception;
            figures.open += 1;
            let severity = e.severity.code();
            for (counts, key) in [
                (&mut figures.by_severity, severity),
                (&mut figures.by_rule, &*e.rule_code),
                (&mut figures.by_county, &*e.county_code),
                (&mut figures.by_township, &*e.township_code),
            ] {
                *counts.entry(key.to_owned()).or_default() += 1;
            }
        }
        figures
    }

    /// Did a rule run then? Where nobody wrote down which did, all count as if they had.
    pub(super) fn was_judged(&self, rule: &str) -> bool {
        self.judged.is_empty() || self.judged.contains(rule)
    }
}
