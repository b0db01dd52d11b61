//! Stage 8: one quarter's complete output, all or nothing.
//!
//! In: the tables of all stages ([`PublicationInputs`]). Out: the folder `quarter=2018Q3` with
//! `tables/` (Parquet for BI: pseudonyms, no names, no numbers), `restricted/` (Parquet with
//! identities, mode 0600), `lists/` (workbooks and CSV for officers, numbers masked),
//! `report.html`, `data_dictionary.csv` and, written last, `manifest.json`. Everything goes to
//! a staging folder on the same file system, is synced, and is renamed whole: a reader sees the
//! old publication or the new one, never a mix. The same inputs give the same bytes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::settings::{Outputs, Privacy};
use crate::config::{Pipeline, Role};
use crate::link::Links;
use crate::load::Loaded;
use crate::normalize::Comparable;
use crate::normalize::division::DivisionTree;
use crate::reconcile::{Findings, Severity, SubjectKind, View};
use crate::resolve::Resolution;
use crate::track::TrackedException;
use crate::{Error, Result};

mod files;
mod frame;
pub mod lists;
mod manifest;
mod people;
pub mod previous;
pub mod reader;
mod report;
mod restricted;
mod staging;
mod summary;
mod tables;
mod totals;

pub use manifest::{Manifest, OutputFile, RuleRun, SourceRun, StageRows};
pub use previous::Previous;
pub use summary::summary;
pub use totals::{Count, Totals};

/// What a publication says about a source, from its contract.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceFacts {
    /// Source name.
    pub name: String,
    /// Chinese title.
    pub title: String,
    /// Department that delivers it.
    pub owner: String,
    /// Whose word counts first when records of a person differ; 0 is the register itself.
    pub rank: u32,
    /// Columns (name, Chinese title) that may be shown beside an exception, if its rule reads them.
    pub shown: Vec<(String, String)>,
}

/// What a publication says about a rule, from its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFacts {
    /// Code.
    pub code: String,
    /// Chinese title, the type of exception.
    pub title: String,
    /// Rule group (folder of the rule file).
    pub group: String,
    /// Severity.
    pub severity: Severity,
    /// Kind of subject.
    pub subject: SubjectKind,
    /// Department that owns the correction.
    pub owner: String,
    /// Clause of the policy.
    pub policy: String,
    /// Why it matters, Chinese.
    pub why: String,
    /// What an officer should look at, Chinese.
    pub advice: String,
    /// Days an officer has.
    pub due_days: u32,
    /// True if the rule yields an indicator, not exceptions.
    pub indicator: bool,
    /// Columns the rule reads; their original values are shown beside its exceptions.
    pub columns: BTreeSet<String>,
}

/// The pipeline as far as a publication shows it.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// Title of the pipeline.
    pub title: String,
    /// Digest over all files of the pipeline folder.
    pub digest: String,
    /// Sources in pipeline order, also those absent this quarter.
    pub sources: Vec<SourceFacts>,
    /// Rules by code, those selected for this run.
    pub rules: Vec<RuleFacts>,
    /// Divisions.
    pub divisions: DivisionTree,
    /// How ID numbers and names appear in lists.
    pub privacy: Privacy,
    /// Which outputs are wanted.
    pub outputs: Outputs,
}

impl Catalogue {
    /// The pipeline without rules. `home`: sources in the order in which their word on names
    /// and addresses counts; those not named follow in pipeline order.
    pub fn of(pipeline: &Pipeline, home: &[String]) -> Self {
        let sources = pipeline.sources.iter().enumerate().map(|(position, source)| {
            let rank = home.iter().position(|h| *h == source.name).unwrap_or(home.len() + position);
            // Columns with a role are shown anyway or, like phones, not at all.
            let shown = source.columns.iter().filter(|c| c.role.is_none() || c.role == Some(Role::Relation));
            SourceFacts {
                name: source.name.clone(),
                title: source.title.clone(),
                owner: source.owner.clone(),
                rank: u32::try_from(rank).unwrap_or(u32::MAX),
                shown: shown.map(|c| (c.name.clone(), c.label.clone())).collect(),
            }
        });
        Self {
            title: pipeline.settings.title.clone(),
            digest: pipeline.digest.clone(),
            sources: sources.collect(),
            rules: Vec::new(),
            divisions: pipeline.divisions.clone(),
            privacy: pipeline.settings.privacy.clone(),
            outputs: pipeline.settings.outputs.clone(),
        }
    }
    /// Facts about a source; absent facts fall back on the name.
    pub fn source_title<'a>(&'a self, name: &'a str) -> &'a str {
        self.sources.iter().find(|s| s.name == name).map_or(name, |s| s.title.as_str())
    }
    /// Facts about a rule.
    pub fn rule(&self, code: &str) -> Option<&RuleFacts> {
        self.rules.iter().find(|r| r.code == code)
    }
}

/// Everything a publication is made of.
#[derive(Debug, Clone, Copy)]
pub struct PublicationInputs<'a> {
    /// The pipeline as published.
    pub catalogue: &'a Catalogue,
    /// Quarter, `2018Q3`.
    pub quarter: &'a str,
    /// Loaded sources, in the order of `comparables` and of `resolution.offsets`.
    pub loaded: &'a [Loaded],
    /// Comparable fields, row for row with the records.
    pub comparables: &'a [Comparable],
    /// Scored pairs.
    pub links: &'a Links,
    /// Persons and households.
    pub resolution: &'a Resolution,
    /// Views the rules ran on.
    pub views: &'a [View],
    /// Indicators and rules not run (exceptions come from `tracked`).
    pub findings: &'a Findings,
    /// Exceptions with their history.
    pub tracked: &'a [TrackedException],
    /// Secret of the pseudonyms.
    pub key: &'a [u8],
    /// Quarter of the publication compared with, if any.
    pub previous_quarter: Option<&'a str>,
}

/// A finished publication.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Publication {
    /// Its folder.
    pub folder: PathBuf,
    /// The manifest as written.
    pub manifest: Manifest,
    /// Figures of the quarter.
    pub totals: Totals,
}

/// Name of a quarter's folder.
pub fn folder_name(quarter: &str) -> String {
    format!("quarter={quarter}")
}

/// Writes the publication of one quarter under `out`.
pub fn publish(inputs: &PublicationInputs<'_>, out: &Path) -> Result<Publication> {
    check(inputs)?;
    let staging = staging::Staging::begin(out, inputs.quarter)?;
    let publication = write(inputs, &staging)?;
    staging.commit()?;
    Ok(publication)
}

fn write(inputs: &PublicationInputs<'_>, staging: &staging::Staging) -> Result<Publication> {
    let people = people::People::build(inputs)?;
    let pseudonyms = crate::privacy::Pseudonymizer::new(inputs.key)?;
    let keys = people::Keys::build(inputs, &pseudonyms);
    let root = staging.folder();
    let mut outputs = files::Outputs::new(root)?;
    tables::write(inputs, &people, &keys, &mut outputs)?;
    if inputs.catalogue.outputs.restricted {
        restricted::write(inputs, &people, &keys, &mut outputs)?;
    }
    lists::write(inputs, &people, &mut outputs)?;
    let totals = Totals::build(inputs, &people)?;
    report::write(inputs, &totals, &mut outputs)?;
    outputs.dictionary()?;
    let manifest = Manifest::build(inputs, outputs.finish()?)?;
    manifest.write(root)?;
    Ok(Publication { folder: staging.target().to_owned(), manifest, totals })
}

/// The stages must agree on how many records there are before anything is written.
fn check(inputs: &PublicationInputs<'_>) -> Result<()> {
    let wrong = |what: &str| Err(Error::internal(format!("发布前核对不一致:{what}")));
    if inputs.loaded.len() != inputs.comparables.len() {
        return wrong("来源数与可比字段数");
    }
    let mut offset = 0usize;
    for (i, (loaded, comparable)) in inputs.loaded.iter().zip(inputs.comparables).enumerate() {
        loaded.totals.check()?;
        let rows = loaded.records.keys.len();
        if loaded.totals.accepted() != rows as u64 || loaded.totals.rejected() != loaded.rejects.len() as u64
        {
            return wrong(&format!("{}的控制总数", loaded.records.source));
        }
        if comparable.rows != rows || comparable.source != loaded.records.source {
            return wrong(&format!("{}的可比字段", loaded.records.source));
        }
        if inputs.resolution.offsets.get(i).copied() != u32::try_from(offset).ok() {
            return wrong(&format!("{}的记录起点", loaded.records.source));
        }
        offset += rows;
    }
    let r = inputs.resolution;
    let lengths = [r.person.len(), r.household.len(), r.tier.len(), r.in_review.len()];
    if lengths.iter().any(|&l| l != offset) || r.offsets.len() != inputs.loaded.len() + 1 {
        return wrong("归并结果的记录数");
    }
    Ok(())
}
