//! `bidui train` over a pipeline: load, normalize, train.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::link_only::load_listed;
use crate::config::Pipeline;
use crate::evaluate::links::read_link_entities;
use crate::link::settings::{LinkSettings, WeightsFile};
use crate::link::train::{TrainOptions, train_link_weights};
use crate::progress::Progress;
use crate::worker::Worker;
use crate::{Result, load, normalize};

/// What training over a pipeline yields.
#[derive(Debug)]
pub struct TrainedPipeline {
    /// The weights.
    pub weights: WeightsFile,
    /// Lines that name what lies in the data folder and was not read, Chinese.
    pub unread: Vec<String>,
}

/// Trains the weights of the pipeline in `root` on the extracts in `data` (`only`: these
/// sources), without labels or from those in `truth`.
///
/// # Errors
/// As for loading; no pair to train on; truth that cannot be read.
pub fn train_pipeline(
    root: &Path,
    data: &Path,
    truth: Option<&Path>,
    only: &[String],
    seed: u64,
    worker: Option<&Worker>,
    progress: &dyn Progress,
) -> Result<TrainedPipeline> {
    let pipeline = Pipeline::open(root)?;
    let settings = LinkSettings::of_pipeline(&pipeline)?;
    progress.stage("读取并装载", None);
    let (loaded, unread) = load_listed(&pipeline, data, only, worker)?;
    let mut digest = Sha256::new();
    for one in &loaded {
        for row in 0..one.records.keys.len() {
            digest.update(one.records.record_id(row).as_bytes());
        }
    }
    let inputs = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let labels = match truth {
        None => None,
        Some(truth) => {
            let known = read_link_entities(truth)?;
            let of = |l: &load::LoadedSource| {
                (0..l.records.keys.len())
                    .map(|row| known.get(&l.records.record_id(row)).copied())
                    .collect::<Vec<_>>()
            };
            Some(loaded.iter().flat_map(of).collect())
        }
    };
    progress.stage("规范", None);
    let comparables = normalize::normalize_for(&pipeline, &loaded, &|column| settings.uses(column))?;
    progress.stage("训练", None);
    let options = TrainOptions { seed, labels, inputs };
    let weights = train_link_weights(&settings, &comparables, &pipeline.divisions, &options)?;
    Ok(TrainedPipeline { weights, unread })
}
