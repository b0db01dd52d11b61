//! How the quality of the register is scored: `[quality]` of `rules/rules.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::exception::Severity;

/// Most that one finding may take off: then what all checks of all persons of the world would take off
/// still is a number of 64 bits.
pub const MOST_WEIGHT: u32 = 10_000;

/// `[quality]` of `rules/rules.toml`.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
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
    #[serde(default)]
    pub rule_weights: BTreeMap<String, u32>,
    /// Share of the index in the score, percent.
    pub index_percent: u32,
    /// Share of households without any finding in the score, percent.
    pub households_percent: u32,
}
