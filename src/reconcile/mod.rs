//! Stage 6: rules written in SQL look for contradictions between the sources.
//!
//! In: the `View`s built from records and resolution, and the rule files. Out: [`RuleFindings`]:
//! exceptions with evidence, indicators, and rules that could not run because a source is
//! absent (never reported as zero exceptions).

use crate::model::exception::Exception;
use crate::model::indicator::Indicator;
use crate::model::indicator::NotRun;
use crate::model::undecided::{HeldRule, RewrittenSelect, UndecidedSubject};

pub(crate) mod execution;
pub(crate) mod findings;
pub(crate) mod near_misses;
pub(crate) mod views;

pub use execution::example_runner::run_examples;
pub use execution::rule_check::check_rules;
pub(crate) use execution::rule_runner::run_answering_rules;
pub use execution::rule_runner::run_rules;
pub use execution::situation_runner::run_situations;
pub(crate) use views::QuarterViews;

/// Output of the stage; everything sorted, independent of threads.
#[derive(Debug, Clone, Default)]
pub struct RuleFindings {
    /// Exceptions sorted by (rule, subject, key).
    pub exceptions: Vec<Exception>,
    /// Indicators sorted by (rule, indicator, unit).
    pub indicators: Vec<Indicator>,
    /// Rules not run.
    pub not_run: Vec<NotRun>,
    /// Subjects of whom a rule says neither yes nor no, sorted by (rule, subject, key).
    pub undecided: Vec<UndecidedSubject>,
    /// Rules held for a county, sorted.
    pub held: Vec<HeldRule>,
    /// SELECTs that were run otherwise than their files say, definitions each after those they read; none where no
    /// rule rests on unknown cells.
    pub rewritten: Vec<RewrittenSelect>,
    /// Near misses of the findings, and those known before the rules were run.
    pub near_misses: Vec<near_misses::NearMissRow>,
    /// Quality of the register by unit, if the pipeline scores it.
    pub quality: Vec<findings::quality_score::QualityScore>,
}
