//! Public lists (公示): whom the pipeline says is to be made public, and of him what it names, under masks of their own.
//!
//! In: a publication and `[publicity]`. Out: a workbook and a CSV file for each township or village. A column that would tell more
//! than may be told is refused by its name, by what it is and by what stands in it; nothing is left out in silence.

mod leak_check;
mod public_files;
mod public_lines;

use std::path::PathBuf;

use serde::Serialize;

use crate::config::Pipeline;
use crate::publication::snapshot::Snapshot;
use crate::{Error, Result};

/// An order to write public lists.
#[derive(Debug)]
pub struct PublicityPlan {
    /// The pipeline, whose `[publicity]` says who and what.
    pub pipeline: Pipeline,
    /// The publication.
    pub publication: Snapshot,
    /// Folder to be made.
    pub to: PathBuf,
}

/// What was written.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PublicitySummary {
    /// Folder of the lists.
    pub folder: PathBuf,
    /// Files, each as a workbook and as CSV.
    pub lists: u64,
    /// Lines in all.
    pub lines: u64,
    /// Households in all.
    pub households: u64,
    /// Lines of minors, by their guardians.
    pub minors: u64,
    /// Of them those whose guardian is not known: no name is shown.
    pub without_guardian: u64,
    /// Lines of people whose age is not known, who are shown as minors are.
    pub unknown_age: u64,
    /// Records that are not of the prefecture's townships, and stand on no list.
    pub without_place: u64,
    /// Records that `[publicity]` leaves out.
    pub left_out: u64,
}

/// Writes public lists, all of them or none.
///
/// # Errors
/// No `[publicity]`; a column that would tell too much, with its name and the cure; a publication that cannot be read; a folder
/// that is there.
pub fn write_public_lists(plan: &PublicityPlan) -> Result<PublicitySummary> {
    let file = plan.pipeline.root.join("pipeline.toml");
    let settings = plan.pipeline.settings.publicity.as_ref().ok_or_else(|| {
        Error::configuration("pipeline.toml 里没有写公示谁、公示哪些列（[publicity]）")
            .in_file(&file)
            .hint("写上 [publicity] title、source、columns，见 docs/after-the-run.md")
    })?;
    let source = plan.pipeline.source(&settings.source).ok_or_else(|| {
        Error::configuration(format!("[publicity] source：没有数据来源“{}”", settings.source))
            .in_file(&file)
            .hint("写 sources/ 里的文件名，不带 .toml")
    })?;
    let columns = leak_check::check_columns(settings, source).map_err(|e| e.in_file(&file))?;
    let mut summary = PublicitySummary { folder: plan.to.clone(), ..Default::default() };
    let lists = public_lines::gather(plan, settings, &columns, &mut summary)?;
    leak_check::check_values(&columns, &lists).map_err(|e| e.in_file(&file))?;
    public_files::write_lists(plan, settings, &columns, &lists)?;
    Ok(summary)
}
