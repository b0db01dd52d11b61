//! Runs the stages in order and decides where data sits.
//!
//! Stages do not know about each other's neighbours, threads or files of a publication; this
//! folder does. The engine `memory` keeps every stage's table in memory; `buckets` keeps the large
//! ones in scratch files and runs rules bucket by bucket. Both publish the same bytes.

use std::path::PathBuf;

mod answer_migration;
pub(crate) mod baseline;
mod carried_facts;
mod earlier_months;
mod identity_migration;
mod key_names;
mod link_only;
pub(crate) mod partial_columns;
mod pipeline_match;
mod placement;
mod replaced_runs;
mod run;
mod train;

pub use answer_migration::AnswerMigration;
pub use identity_migration::{FormerSecret, MigrationOutcome, migrate_identities};
pub(crate) use key_names::{NamedKeys, PublishedKeys};
pub use link_only::{LinkOnlySummary, link_only};
pub use placement::Engine;
pub(crate) use run::{BegunRun, run_begun};
pub use run::{RunOutcome, run};
pub use train::train_pipeline;

/// What the operator has seen and wants to go on with all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunTolerance {
    /// Files that may hold rows and belong to no source.
    pub unclaimed: bool,
    /// Lists of another period, counties without a list, columns that only some files have.
    pub partial: bool,
    /// Another key of the pseudonyms than the latest publication's: those in `tables/` all change.
    pub rotated_key: bool,
}

/// A validated order to run one quarter.
#[derive(Debug)]
pub struct RunPlan {
    /// The pipeline, opened and checked.
    pub pipeline: crate::config::Pipeline,
    /// Rules, parsed and planned; already narrowed to the selection.
    pub rules: crate::rules::rule_set::RuleSet,
    /// How records are linked.
    pub link: crate::link::settings::LinkSettings,
    /// Period to publish.
    pub period: crate::model::period::Period,
    /// Day on which the lists are handed out, from which due dates count; `None`: the period's last.
    pub issued: Option<jiff::civil::Date>,
    /// Folder with the extracts.
    pub data: PathBuf,
    /// Folder that holds publications.
    pub out: PathBuf,
    /// Publication to compare with.
    pub previous: Option<crate::publication::snapshot::Snapshot>,
    /// What is told and does not stop the run.
    pub tolerance: RunTolerance,
    /// Where data sits.
    pub engine: Engine,
    /// Who reads files of other programs' formats; `None`: this process.
    pub worker: Option<crate::worker::Worker>,
    /// Secrets of ids and of the pseudonyms in BI tables.
    pub secrets: crate::privacy::Secrets,
}
