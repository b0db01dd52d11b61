//! How the quality of the register is scored: `[quality]` of `rules/rules.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::exception::Severity;

/// Most that one finding may take off: then what all checks of all persons of the world would take off
/// still is a number of 64 bits.
pub(crate) const MOST_WEIGHT: u32 = 10_000;

/// `[quality]` of `rules/rules.toml`.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QualitySettings {
    /// Table or definition with one row per registered person: what person rules look at.
    pub persons: String,
    /// Table or definition with one row per registered household.
    pub households: String,
    /// Folders of rules that count.
    pub groups: Vec<String>,
    /// Deduction per finding by severity.
    pub severity_weights: BTreeMap<Severity, u32>,
    /// Deduction per finding of single rules, in place of that of their severity.
    pub rule_weights: BTreeMap<String, u32>,
    /// Share of the index in the score, percent.
    pub index_percent: u32,
    /// Share of households without any finding in the score, percent.
    pub households_percent: u32,
}

impl QualitySettings {
    /// These settings, and those of a base where they say nothing.
    pub(super) fn over(mut self, base: Self) -> Self {
        for (own, base) in [(&mut self.persons, base.persons), (&mut self.households, base.households)] {
            if own.is_empty() {
                *own = base;
            }
        }
        if self.groups.is_empty() {
            self.groups = base.groups;
        }
        for (severity, weight) in base.severity_weights {
            self.severity_weights.entry(severity).or_insert(weight);
        }
        for (code, weight) in base.rule_weights {
            self.rule_weights.entry(code).or_insert(weight);
        }
        // The two shares belong together.
        if (self.index_percent, self.households_percent) == (0, 0) {
            (self.index_percent, self.households_percent) = (base.index_percent, base.households_percent);
        }
        self
    }
    /// The first key that is missing.
    pub(super) fn missing(&self) -> Option<&'static str> {
        let said = [
            ("persons", !self.persons.is_empty()),
            ("households", !self.households.is_empty()),
            ("groups", !self.groups.is_empty()),
            ("severity_weights", !self.severity_weights.is_empty()),
            ("index_percent", self.index_percent > 0 || self.households_percent > 0),
        ];
        said.into_iter().find(|(_, said)| !said).map(|(key, _)| key)
    }
}
