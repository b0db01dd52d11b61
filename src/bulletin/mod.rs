//! The bulletin of a period (通报): how far counties and townships are with their findings, in sentences and tables of an office,
//! as a document that can be edited. It counts; it names nobody.

mod bulletin_text;
mod check_counts;
mod word_file;

use std::path::PathBuf;

use jiff::civil::Date;
use serde::Serialize;

use crate::Result;
use crate::config::Pipeline;
use crate::publication::snapshot::Snapshot;
use crate::rules::officer_words::AnswerWords;
use crate::table::whole_file::write_whole_file;

pub use check_counts::{BulletinCounts, CheckCounts, PlaceCounts};

/// An order to write a bulletin.
#[derive(Debug)]
pub struct BulletinPlan {
    /// Folder that holds publications, and answers.
    pub out: PathBuf,
    /// The publication that it is about.
    pub publication: Snapshot,
    /// The pipeline, for the names of places.
    pub pipeline: Pipeline,
    /// What verdicts mean.
    pub words: AnswerWords,
    /// The day on which it is said who is late.
    pub on: Date,
    /// The document.
    pub to: PathBuf,
}

/// What a bulletin says.
#[derive(Debug, Clone, Serialize)]
pub struct Bulletin {
    /// The document.
    pub file: PathBuf,
    /// What it counts.
    #[serde(flatten)]
    pub counts: BulletinCounts,
}

/// Writes a bulletin, whole or not at all.
///
/// # Errors
/// A publication or answers that cannot be read; a document that cannot be written.
pub fn write_bulletin(plan: &BulletinPlan) -> Result<Bulletin> {
    let counts = check_counts::count(plan)?;
    let document = bulletin_text::compose(plan, &counts);
    let bytes = word_file::document_bytes(&document, plan.publication.period())?;
    write_whole_file(&plan.to, 0o644, &bytes)?;
    Ok(Bulletin { file: plan.to.clone(), counts })
}
