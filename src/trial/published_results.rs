//! What a publication found by some rules.

use std::collections::{BTreeMap, BTreeSet};

use super::{IndicatorCount, ShownFinding};
use crate::Result;
use crate::model::exception::Status;
use crate::publication::snapshot::Snapshot;
use crate::publication::table_reader::TableRow;

/// Findings by rule, subject and key.
pub(super) type FindingsByKey = BTreeMap<(String, String, String), ShownFinding>;

/// What a publication found by some rules.
pub(super) struct PublishedResults {
    /// Codes of all rules that it knew.
    pub(super) rules: BTreeSet<String>,
    /// Findings of its own period.
    pub(super) findings: FindingsByKey,
    /// Subjects left undecided.
    pub(super) undecided: FindingsByKey,
    /// Counts by rule, indicator and division, where they could be computed.
    pub(super) counts: BTreeMap<(String, String, String), IndicatorCount>,
    /// Records of whom it knows near records in a list.
    pub(super) near: BTreeSet<String>,
}

impl PublishedResults {
    /// Reads them.
    ///
    /// # Errors
    /// A table that is missing or damaged.
    pub(super) fn read(snapshot: &Snapshot, codes: &[String]) -> Result<Self> {
        let asked = |row: &TableRow| codes.iter().any(|code| code == row.get("rule_code"));
        let rules = snapshot.rows("tables/dim_rule.parquet", |_| true)?;
        // What was found then: neither closed nor carried along from an earlier period.
        let found = snapshot.rows("restricted/exception.parquet", |row| {
            asked(row) && Status::is_open_code(row.get("status")) && row.get("checked") == "1"
        })?;
        let undecided = snapshot.rows("restricted/undecided.parquet", asked)?;
        let counts = snapshot
            .rows("tables/fact_indicator.parquet", |row| asked(row) && row.get("computable") == "1")?;
        let near = snapshot.rows("restricted/view/near_miss.parquet", |_| true)?;
        Ok(Self {
            rules: rules.iter().map(|row| row.get("rule_code").to_owned()).collect(),
            findings: found.iter().map(|row| (key(row), ShownFinding::of_row(row))).collect(),
            undecided: undecided.iter().map(|row| (key(row), ShownFinding::of_row(row))).collect(),
            counts: counts.iter().filter_map(count).collect(),
            near: near.iter().map(|row| row.get("record_id").to_owned()).collect(),
        })
    }
}

fn key(row: &TableRow) -> (String, String, String) {
    let [rule, subject, key] = ["rule_code", "subject_id", "rule_key"].map(|name| row.get(name).to_owned());
    (rule, subject, key)
}

fn count(row: &TableRow) -> Option<((String, String, String), IndicatorCount)> {
    let [rule, indicator, unit] =
        ["rule_code", "indicator", "unit_code"].map(|name| row.get(name).to_owned());
    let numerator = row.value("numerator")?.parse().ok()?;
    Some(((rule, indicator, unit), (numerator, row.value("denominator").and_then(|d| d.parse().ok()))))
}
