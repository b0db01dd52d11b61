//! Stage 6: rules written in SQL look for contradictions between the sources.
//!
//! In: the [`View`]s built from records and resolution, and the rule files. Out: [`Findings`]:
//! exceptions with evidence, indicators, and rules that could not run because a source is
//! absent (never reported as zero exceptions).

use std::sync::Arc;

mod buckets;
pub mod catalogue;
mod constants;
pub mod engine;
pub mod examples;
mod findings;
pub mod frame;
pub mod ids;
pub mod outcome;
pub mod planner;
pub mod quality;
mod relate;
pub mod rule_file;
pub mod rule_set;
pub mod rules_doc;
pub mod scope;
pub mod settings;
pub mod sql;
pub mod targets;
mod texts;
pub mod view;
pub mod views;
mod workers;

pub use engine::run;
pub use examples::run_examples;
pub use rule_file::Rule;
pub use rule_set::RuleSet;
pub use texts::Texts;
pub use view::View;
pub use views::Views;

/// How much harm an exception of the rule does, S1 worst.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
pub enum Severity {
    /// Money wrongly paid or a gap in the three guarantees.
    S1,
    /// Entitlement or coverage mismatch.
    S2,
    /// Record inconsistency.
    S3,
    /// Indicator.
    S4,
}

/// What a rule's finding is about.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A resolved person.
    Person,
    /// A resolved household.
    Household,
    /// One record.
    Record,
    /// A division or the run as a whole.
    Unit,
}

/// A rule's finding on one subject. What many of them say alike, they share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Rule code.
    pub rule_code: Arc<str>,
    /// Severity of the rule.
    pub severity: Severity,
    /// Kind of subject.
    pub subject_kind: SubjectKind,
    /// person_id, household_id, record_id or division code.
    pub subject_id: Arc<str>,
    /// The rule's own key within the subject (`''` if none), e.g. a term or a case number.
    pub rule_key: Arc<str>,
    /// Person the exception is shown under, if any.
    pub person_id: Option<Arc<str>>,
    /// Household the exception is shown under, if any.
    pub household_id: Option<Arc<str>>,
    /// 6-digit county code, `''` if unknown.
    pub county_code: Arc<str>,
    /// 9-digit township code, `''` if unknown.
    pub township_code: Arc<str>,
    /// 12-digit village code, `''` if unknown.
    pub village_code: Arc<str>,
    /// Department that owns the correction.
    pub owner: Arc<str>,
    /// Records it rests on; the first is a record of the subject.
    pub evidence: Vec<String>,
    /// What is wrong, in Chinese, without names or numbers of people.
    pub message: Arc<str>,
    /// Weakest link tier it rests on (1-6).
    pub confidence: u8,
    /// Days an officer has, from the rule.
    pub due_days: u32,
    /// True if a record it rests on is touched by an unresolved review-tier pair: shown apart.
    pub in_review: bool,
    /// Other exceptions of the same cause, the likely root cause first.
    pub related: Vec<RelatedException>,
    /// The exception this one follows from; `None` if it stands for itself.
    pub cause: Option<Box<RelatedException>>,
}

/// Names another exception of the same quarter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RelatedException {
    /// Its rule.
    pub rule_code: Arc<str>,
    /// Its subject.
    pub subject_id: Arc<str>,
    /// Its key.
    pub rule_key: Arc<str>,
}

/// One indicator row.
#[derive(Debug, Clone, PartialEq)]
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
}

/// A rule that did not run this quarter, and why (Chinese).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRun {
    /// Rule code.
    pub rule_code: String,
    /// Reason.
    pub reason: String,
}

/// Output of the stage; everything sorted, independent of threads.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Exceptions sorted by (rule, subject, key).
    pub exceptions: Vec<Exception>,
    /// Indicators sorted by (rule, indicator, unit).
    pub indicators: Vec<Indicator>,
    /// Rules not run.
    pub not_run: Vec<NotRun>,
    /// Quality of the register by unit, if the pipeline scores it.
    pub quality: Vec<quality::Quality>,
}
