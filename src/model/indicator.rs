//! Rates and counts against the plan's targets, and rules that could not run.

/// One indicator row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Indicator {
    /// Rule code.
    pub rule_code: String,
    /// Indicator key within the rule.
    pub indicator: String,
    /// Division code.
    pub unit_code: String,
    /// Numerator (count).
    pub numerator: i64,
    /// Denominator (count); `None` for a plain count.
    pub denominator: Option<i64>,
    /// Target in 1/10000 (rates) or units (counts), if the plan sets one.
    pub target: Option<i64>,
    /// Cells of the unit that it counts by and that are unknown: by so much, at most, its counts may be wrong.
    pub unknown: u64,
    /// Why the count says nothing of the unit, in Chinese: a county's list did not come, or a column is unknown for much
    /// of it.
    pub held: Option<String>,
}

/// A rule that did not run this quarter, and why (Chinese).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRun {
    /// Rule code.
    pub rule_code: String,
    /// Reason.
    pub reason: String,
    /// True if the rule is asked no more: its time is over, or it was switched off or taken out.
    pub retired: bool,
    /// Lists that it reads and that nobody delivered.
    pub missing: Vec<String>,
}

/// An indicator as the previous publication had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousIndicator {
    /// Rule code.
    pub rule_code: String,
    /// Key within the rule.
    pub indicator: String,
    /// Division code.
    pub unit_code: String,
    /// Numerator.
    pub numerator: i64,
    /// Denominator; `None` for a count.
    pub denominator: Option<i64>,
}
