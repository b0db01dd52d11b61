//! bidui reconciles the lists that departments keep of the same people.
//!
//! The folders follow the data: `extract` → `load` → `normalize` → `link` → `resolve` → `reconcile` →
//! `track` → `publish`. Each stage takes the tables of the stages before it and hands on its own; `engine`
//! runs them in order. `ARCHITECTURE.md` says which folder knows what. Domain facts live in `pipelines/`,
//! never here. The library does not print, exit or read the clock.
//!
//! What is named here is the interface; `examples/` has a lesson for each part of it:
//! - one quarter from extracts to a publication: [`Pipeline`], [`RuleSet`], [`LinkSettings`], [`Secrets`],
//!   [`RunPlan`], [`run`];
//! - linking alone: [`link_only`] for a pipeline, [`link_lists`] for any lists;
//! - reading what was published, and whether it is whole: [`Snapshot`], [`Verification`], [`read_rows`] and the rows they yield, [`TableRow`];
//! - rules: [`RuleSet`], [`run_examples`]; ID numbers: [`IdNumber`], [`mask_id_for_list`].

mod across;
mod answers;
mod bulletin;
mod case;
pub mod cli;
mod config;
mod engine;
mod error;
mod evaluate;
mod extract;
mod link;
mod load;
mod model;
mod normalize;
mod page;
mod privacy;
mod profile;
mod progress;
mod publication;
mod publicity;
mod publish;
mod reconcile;
mod resolve;
mod rules;
mod synth;
mod table;
mod track;
mod triage;
mod trial;
mod upkeep;
mod worker;

#[doc(hidden)]
pub mod testing;

pub use answers::{
    Answer, AnswerAct, AnswerSource, AnswerStore, AppendedBatch, BatchOrigin, DrawPer, DrawPlan, DrawResult,
    DrawnAnswer, LoggedFile, LoggedImport, ReturnedAnswer, ReviewLevel, StandingAnswer, StandingAnswers,
    StoreFacts, StoredDraw,
};
pub use bulletin::{Bulletin, BulletinCounts, BulletinPlan, CheckCounts, PlaceCounts, write_bulletin};
pub use config::Pipeline;
pub use config::publicity_settings::{PublicLine, PublicSheet, PublicitySettings};
pub use config::retention::{KeptRuns, RetentionSettings, RetentionTime};
pub use engine::{Engine, LinkOnlySummary, RunOutcome, RunPlan, RunTolerance, link_only, run};
pub use error::{Error, ErrorKind, Result};
pub use link::generic::{LinkageSummary, link_lists};
pub use link::settings::LinkSettings;
pub use model::id_number::{IdClass, IdNumber};
pub use model::period::Period;
pub use privacy::Secrets;
pub use privacy::mask::mask_id_for_list;
pub use progress::{Progress, Silent};
pub use publication::snapshot::Snapshot;
pub use publication::table_reader::{TableRow, read_rows};
pub use publication::verification::{FileFault, Verification, VerificationFault};
pub use publicity::{PublicityPlan, PublicitySummary, write_public_lists};
pub use reconcile::run_examples;
pub use rules::rule_set::RuleSet;
pub use triage::{FileOutcome, OutcomeCounts, RowFate, ToldRow, TriageImport, TriagePlan, import_answers};
pub use upkeep::{
    BackupPlan, BackupSummary, DeletedKind, DeletionEntry, KeptItem, RestorePlan, RestoreSummary,
    RestoredKey, TidyPlan, TidySummary, restore_backup, tidy, write_backup,
};
pub use worker::{Confinement, Worker, WorkerLimits};
