//! How the quality of the register is scored: `[quality]` of `rules/rules.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::rule_file::Rule;
use super::unknown_answers::is_companion;
use crate::model::exception::{Severity, SubjectKind};

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
    /// Of whom single checks are asked, by the code of their rule; a check without an entry is asked of everybody.
    pub asked: BTreeMap<String, AskedSubjects>,
}

/// Of whom a check is asked, and what it cannot do without.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AskedSubjects {
    /// Column of `persons` or `households` that is 1 for whomever the check is asked of; empty: everybody.
    pub flag: String,
    /// Columns of that table without which the check cannot be made: who has a blank there is charged as if it had
    /// failed. Without the key those that the rule's header names in `columns`.
    pub cells: Option<Vec<String>>,
}

/// A rule as a check of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QualityCheck {
    /// Code of the rule.
    pub(crate) code: String,
    /// True if households are checked, false if persons are.
    pub(crate) of_households: bool,
    /// Deduction for a person whom it charges.
    pub(crate) weight: i64,
    /// Column that says whom it is asked of; empty: everybody.
    pub(crate) flag: String,
    /// Columns without which it cannot be made.
    pub(crate) cells: Vec<String>,
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
        for (code, asked) in base.asked {
            self.asked.entry(code).or_insert(asked);
        }
        self
    }
    /// The checks that these rules make, with what each takes off; none of weight 0.
    pub(crate) fn checks(&self, rules: &[Rule]) -> Vec<QualityCheck> {
        let counted = |rule: &&Rule| {
            let header = &rule.header;
            let of_register = self.groups.contains(&rule.group) && !header.indicator;
            of_register
                && !is_companion(&header.code)
                && matches!(header.subject, SubjectKind::Person | SubjectKind::Household)
        };
        let check = |rule: &Rule| {
            let header = &rule.header;
            let of_severity = self.severity_weights.get(&header.severity).copied().unwrap_or(0);
            let weight = self.rule_weights.get(&header.code).copied().unwrap_or(of_severity);
            let asked = self.asked.get(&header.code).cloned().unwrap_or_default();
            let of_header =
                || header.columns.iter().filter_map(|c| c.split_once('.')).map(|c| c.1.to_owned());
            QualityCheck {
                code: header.code.clone(),
                of_households: header.subject == SubjectKind::Household,
                weight: i64::from(weight),
                flag: asked.flag,
                cells: asked.cells.unwrap_or_else(|| of_header().collect()),
            }
        };
        rules.iter().filter(counted).map(check).filter(|check| check.weight > 0).collect()
    }
    /// The first key that is missing.
    pub(super) fn missing(&self) -> Option<&'static str> {
        let said = [
            ("persons", !self.persons.is_empty()),
            ("households", !self.households.is_empty()),
            ("groups", !self.groups.is_empty()),
            ("severity_weights", !self.severity_weights.is_empty()),
        ];
        said.into_iter().find(|(_, said)| !said).map(|(key, _)| key)
    }
}
