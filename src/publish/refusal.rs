//! What a run that is refused leaves behind: everything that is wrong, and the rows each supplier must mend.

use std::path::PathBuf;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::PublishedPipeline;
use super::lists::write_reject_lists;
use super::other_files;
use crate::load::LoadedSource;
use crate::model::data_file::DataFile;
use crate::model::period::Period;
use crate::publication::manifest::{DeliveredFile, FORMAT};
use crate::publication::output_files::{OutputFiles, make_output_folder};
use crate::publication::own_marks::REFUSAL;
use crate::publication::staging::{REFUSED, Staging};
use crate::{Error, Result};

/// A run that is refused.
pub(crate) struct Refusal<'a> {
    pub(crate) catalogue: &'a PublishedPipeline,
    pub(crate) period: Period,
    /// Files of the data folder.
    pub(crate) files: &'a [DataFile],
    /// What could be loaded; of some sources a part.
    pub(crate) loaded: &'a [LoadedSource],
    /// Everything that is wrong.
    pub(crate) problems: &'a [Error],
}

/// The file that says of the folder what it is.
#[derive(Serialize)]
struct RefusedRun<'a> {
    format: u32,
    version: &'static str,
    pipeline: &'a str,
    pipeline_digest: &'a str,
    period: Period,
    files: Vec<DeliveredFile>,
    problems: Vec<String>,
}

/// Writes `OUT/refused-2018Q3-1a2b3c4d`: `refused.json`, `lists/问题.txt` and `lists/退回`. The same folder refused for the same
/// reasons gives the same name.
///
/// # Errors
/// The folder cannot be written.
pub(crate) fn write_refusal(refusal: &Refusal<'_>, staging: &Staging) -> Result<PathBuf> {
    let run = RefusedRun {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION"),
        pipeline: &refusal.catalogue.title,
        pipeline_digest: &refusal.catalogue.digest,
        period: refusal.period,
        files: refusal.files.iter().map(DeliveredFile::of).collect(),
        problems: refusal
            .problems
            .iter()
            .map(|problem| crate::privacy::told_error::render_error(problem, false))
            .collect(),
    };
    // What others wrote stands in it as the manifest and errors tell it.
    let mut bytes = serde_json::to_vec_pretty(&run).map_err(|e| Error::internal(e.to_string()))?;
    bytes.push(b'\n');
    let mut digest = Sha256::new_with_prefix(&bytes);
    for table in refusal.loaded.iter().flat_map(|one| &one.totals.tables) {
        digest.update(table.sha256.as_bytes());
    }
    let digest: String = digest.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    staging.place_folder(&format!("{REFUSED}{}-{digest}", refusal.period), |folder| {
        let (mut outputs, disk) = OutputFiles::beside(folder)?;
        make_output_folder(&outputs.path("lists"), 0o700)?;
        write_reject_lists(refusal.loaded, (refusal.catalogue, refusal.period), &mut outputs)?;
        let others = other_files(&run.files, usize::MAX);
        let text = [run.problems.clone(), others.into_iter().collect()].concat().join("\n\n") + "\n";
        outputs.bytes("lists/问题.txt", text.as_bytes(), None)?;
        outputs.bytes(REFUSAL, &bytes, None)?;
        drop(outputs);
        disk.finish()
    })
}
