//! Which contract of a pipeline an unknown list fits, what does not, and what must be written so that it does.
//!
//! In: profiled files and a pipeline. Out: one [`ShapeFit`] per shape of file, with the texts to write into the
//! pipeline folder. Nothing is written here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{DraftContract, FileProfile, ProfiledFiles, file_names, profile_with, shapes_of};
use crate::Result;
use crate::config::Pipeline;
use crate::worker::Worker;

mod column_search;
mod contract_fit;
mod extra_text;
mod fit_text;
mod likeness;
mod trial;

use contract_fit::ContractFit;

/// Least score of a contract that a list is taken for, in 1/1000.
const LEAST: u32 = 380;
/// Lead over the next contract from which a list is surely of the first, in 1/1000.
const CLEAR: u32 = 80;

/// What files are, next to the contracts of a pipeline.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PipelineFit {
    /// The files.
    pub(crate) profile: ProfiledFiles,
    /// One entry per shape, in the order of the files.
    pub(crate) shapes: Vec<ShapeFit>,
    /// Texts to write, by path in the pipeline folder.
    pub(crate) changes: Vec<PlannedText>,
    /// Why the files could not be read with the changes, if so.
    pub(crate) refused: Option<String>,
}

/// A file to write into the pipeline folder.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PlannedText {
    /// Path in the folder.
    pub(crate) path: PathBuf,
    /// True if the file is there already: its text stays, with additions.
    pub(crate) exists: bool,
    /// Its whole text.
    pub(crate) text: String,
}

/// What the files of one shape are.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ShapeFit {
    /// The files.
    pub(crate) files: Vec<PathBuf>,
    /// The contract they fit; none if they are of no known source.
    pub(crate) fit: Option<ContractFit>,
    /// How sure that is.
    pub(crate) sureness: Sureness,
    /// The next best contract: title and score in 1/1000.
    pub(crate) runner_up: Option<(String, u32)>,
    /// A contract whose file patterns claim one of the files although the content is another's.
    pub(crate) claimed_by: Option<String>,
    /// What is written for it (TOML), if anything.
    pub(crate) addition: Option<String>,
    /// Where.
    pub(crate) target: Option<PathBuf>,
    /// Rows read, accepted and rejected in a trial.
    pub(crate) trial: Option<(u64, u64, u64)>,
    /// What the trial found wrong, most rows first: column, what, rows.
    pub(crate) problems: Vec<(String, String, u64)>,
}

impl ShapeFit {
    /// Whether the files belong to the contract they fit, and can be read.
    fn is_settled(&self) -> bool {
        let whole = self.fit.as_ref().is_some_and(|fit| fit.missing_required.is_empty());
        whole && self.claimed_by.is_none() && self.sureness != Sureness::Low
    }
}

/// How sure it is which contract a list fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sureness {
    /// No other contract comes near.
    High,
    /// Another is not far.
    Middle,
    /// Somebody must look.
    Low,
}

impl Sureness {
    /// Chinese label.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::High => "高",
            Self::Middle => "中",
            Self::Low => "低",
        }
    }
}

/// Compares files with the contracts of a pipeline, and tries what it would write.
///
/// # Errors
/// A file that cannot be read; no file.
pub(crate) fn fit_to_pipeline(
    worker: Option<&Worker>,
    files: &[PathBuf],
    pipeline: &Pipeline,
) -> Result<PipelineFit> {
    let vocabulary: Vec<String> = pipeline.sources.iter().flat_map(|source| source.known_headers()).collect();
    let profile = profile_with(worker, files, &vocabulary)?;
    let mut texts = extra_text::PipelineTexts::new(pipeline);
    let mut shapes = Vec::new();
    for members in shapes_of(&profile.files) {
        let members: Vec<&FileProfile> = members.iter().map(|&at| &profile.files[at]).collect();
        let draft =
            profile.drafts.iter().find(|draft| draft.files.first() == members.first().map(|f| &f.file));
        shapes.push(fit_shape(&members, draft, pipeline, &mut texts)?);
    }
    let changes = texts.finish();
    let refused = match trial::try_texts(worker, pipeline, &changes, &mut shapes) {
        Ok(()) => None,
        Err(error) => {
            let place = error.location().column.clone().map(|c| format!("（列“{c}”）")).unwrap_or_default();
            // Hints may show rows as they are; what is wrong stands in the message.
            let text = format!("{}{place}", error.message());
            Some(crate::privacy::mask::mask_numbers_in_text(&text).into_owned())
        }
    };
    Ok(PipelineFit { profile, shapes, changes, refused })
}

fn fit_shape(
    files: &[&FileProfile],
    draft: Option<&DraftContract>,
    pipeline: &Pipeline,
    texts: &mut extra_text::PipelineTexts<'_>,
) -> Result<ShapeFit> {
    let paths: Vec<PathBuf> = files.iter().map(|f| f.file.clone()).collect();
    let names: Vec<String> =
        paths.iter().filter_map(|p| Some(p.file_name()?.to_string_lossy().into_owned())).collect();
    let mut shape = ShapeFit {
        files: paths,
        fit: None,
        sureness: Sureness::Low,
        runner_up: None,
        claimed_by: None,
        addition: None,
        target: None,
        trial: None,
        problems: Vec::new(),
    };
    let fullest = files.iter().filter_map(|file| file.fullest_table()).max_by_key(|table| table.rows);
    let Some(table) = fullest else { return Ok(shape) };
    let mut fits = contract_fit::rank_contracts(pipeline, table, &names);
    if fits.len() > 1 {
        shape.runner_up = Some((fits[1].title.clone(), fits[1].score));
    }
    let lead = fits.first().map_or(0, |f| f.score) - fits.get(1).map_or(0, |f| f.score);
    let best = (!fits.is_empty()).then(|| fits.remove(0)).filter(|fit| fit.score >= LEAST);
    let Some(best) = best else {
        if let Some(draft) = draft {
            let (target, text) = texts.add_draft(draft);
            shape.target = Some(target);
            shape.addition = Some(text);
        }
        return Ok(shape);
    };
    shape.sureness = match best.score {
        600.. if lead >= CLEAR => Sureness::High,
        480.. if lead >= CLEAR / 2 => Sureness::Middle,
        _ => Sureness::Low,
    };
    let claims = |name: &&crate::config::SourceContract| names.iter().any(|file| name.owns_file(file));
    shape.claimed_by =
        pipeline.sources.iter().filter(|s| s.name != best.source).find(claims).map(|s| s.title.clone());
    shape.fit = Some(best.clone());
    if shape.is_settled()
        && let Some((target, text)) = texts.add_fit(&best, &names, &patterns_of(files))?
    {
        shape.target = Some(target);
        shape.addition = Some(text);
    }
    Ok(shape)
}

/// Patterns that the names fit, without what changes from quarter to quarter.
fn patterns_of(files: &[&FileProfile]) -> Vec<String> {
    let mut patterns: BTreeMap<String, ()> = BTreeMap::new();
    for file in files {
        patterns.insert(file_names::name_pattern(&file.stem()), ());
    }
    patterns.into_keys().collect()
}

impl PipelineFit {
    /// What was found, for people, Chinese.
    pub(crate) fn text(&self, pipeline: &Path) -> String {
        fit_text::fit_text(self, pipeline)
    }
}
