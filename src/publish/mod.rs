//! Stage 8: one period's complete output, all or nothing.
//!
//! In: the tables of all stages ([`PublicationInputs`]). Out: the folder
//! `2018Q3/run-0001-1a2b3c4d` (see [`crate::publication::layout`]) with `tables/` (Parquet for BI: pseudonyms, no names, no numbers), `restricted/` (Parquet with
//! identities, mode 0600), `lists/` (workbooks and CSV for officers, numbers masked),
//! `bi/` (the same figures ready for BI tools and spreadsheets), `report.html` with `appendix.html`, `notices.txt`, `data_dictionary.csv` and, written last, `manifest.json`. Everything goes to
//! a staging folder on the same file system, is synced, and is renamed whole: a reader sees the
//! old publication or the new one, never a mix. The same inputs give the same bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::answers::StandingAnswers;
use crate::load::LoadedSource;
use crate::model::data_file::DataFile;
use crate::model::exception::TrackedException;
use crate::model::indicator::PreviousIndicator;
use crate::model::links::Links;
use crate::model::list_months::CoveredMonths;
use crate::model::period::Period;
use crate::model::resolution::Resolution;
use crate::normalize::ComparableSource;
use crate::privacy::Secrets;
use crate::publication::id_ledger::ListedLedger;
use crate::publication::manifest::Manifest;
use crate::publication::snapshot::Snapshot;
use crate::publication::staging::{Committed, Staging};
use crate::reconcile::RuleFindings;
use crate::reconcile::views::rule_view::View;
use crate::table::rows::RowStore;
use crate::{Error, Result};

mod audit_kinds;
mod audit_notices;
mod bi;
mod cell_notices;
mod domain_columns;
mod exception_keys;
mod held_notices;
mod indicators;
pub(crate) mod lists;
mod manifest_facts;
mod notices_file;
mod people;
mod previous_figures;
pub(crate) mod previous_indicators;
mod published_pipeline;
mod quarter_totals;
mod recoverable_amounts;
mod refusal;
pub(crate) mod report;
mod restricted;
mod summary;
mod tables;
mod terminal_lines;
mod township_ranking;
mod unread_files;
mod unrun_rules;

pub(crate) use cell_notices::cell_notice;
pub(crate) use previous_figures::PreviousFigures;
pub use published_pipeline::{PublishedPipeline, RuleFacts};
pub(crate) use quarter_totals::PublicationTotals;
pub(crate) use refusal::{Refusal, write_refusal};
pub use summary::summary_text;
pub(crate) use unread_files::{other_files, unread_notices, unread_sheets};

/// Everything a publication is made of.
#[derive(Debug, Clone, Copy)]
pub struct PublicationInputs<'a> {
    /// The pipeline as published.
    pub catalogue: &'a PublishedPipeline,
    /// The period published.
    pub period: Period,
    /// Day on which the lists are handed out.
    pub issued: Date,
    /// Files of the data folder and what became of each.
    pub files: &'a [DataFile],
    /// Loaded sources, in the order of `comparables` and of `resolution.offsets`.
    pub loaded: &'a [LoadedSource],
    /// Comparable fields, row for row with the records.
    pub comparables: &'a [ComparableSource],
    /// Scored pairs.
    pub links: &'a Links,
    /// Persons and households.
    pub resolution: &'a Resolution,
    /// Views the rules ran on.
    pub views: &'a [View<'a>],
    /// Indicators and rules not run (exceptions come from `tracked`).
    pub findings: &'a RuleFindings,
    /// Exceptions with their history.
    pub tracked: &'a [TrackedException],
    /// Secrets of ids and pseudonyms.
    pub secrets: &'a Secrets,
    /// Ledgers of ids in the output folder.
    pub ledgers: &'a [ListedLedger],
    /// What officers answered: each exception has its own; here is what of it goes into the manifest.
    pub answers: &'a StandingAnswers,
    /// Where the run's tables lie: where that is the disk, what can be made again is not kept.
    pub store: &'a RowStore,
    /// Period of the publication compared with, if any.
    pub previous_period: Option<Period>,
    /// Its indicators.
    pub previous_indicators: &'a [PreviousIndicator],
    /// What its report said was open.
    pub previous_figures: Option<&'a PreviousFigures>,
    /// Publications before it.
    pub earlier: EarlierRuns<'a>,
    /// By source with a window, the months that its list or an earlier publication tells of.
    pub months: &'a BTreeMap<String, CoveredMonths>,
}

/// Publications before one, of its period and of the one that it is compared with.
#[derive(Debug, Clone, Copy, Default)]
pub struct EarlierRuns<'a> {
    /// The current one of its own period, which it replaces.
    pub current: Option<&'a Snapshot>,
    /// All of its own period, the newest first.
    pub of_period: &'a [Snapshot],
    /// That of the period compared with.
    pub previous: Option<&'a Snapshot>,
}

/// A finished publication.
#[derive(Debug, Clone, serde::Serialize)]
pub struct FinishedPublication {
    /// Folder of its run.
    pub folder: PathBuf,
    /// The manifest as written.
    pub manifest: Manifest,
    /// Figures of the period.
    pub totals: PublicationTotals,
    /// Which publication statuses are relative to, Chinese; `""`: it is not told.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub baseline: String,
    /// What did not keep it from being published, Chinese.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Writes the publication of one period under `out`.
///
/// # Errors
/// Another run that writes there; a disk that is full; counts that do not add up. The publication before stays whole.
pub fn publish(inputs: &PublicationInputs<'_>, out: &Path) -> Result<FinishedPublication> {
    let mut staging = Staging::begin(out, inputs.period, "publish")?;
    staging.remove_unfinished(&[])?;
    publish_staged(inputs, staging)
}

/// Writes the publication of one period into a staging folder that was begun before, and makes it the current one.
///
/// # Errors
/// As for [`publish`].
pub(crate) fn publish_staged(
    inputs: &PublicationInputs<'_>,
    staging: Staging,
) -> Result<FinishedPublication> {
    check_publication_inputs(inputs)?;
    let (manifest, totals, mut untold) = write_publication_files(inputs, staging.folder())?;
    let Committed { folder, warnings } = staging.commit()?;
    untold.extend(warnings);
    let warnings = untold;
    Ok(FinishedPublication { folder, manifest, totals, baseline: String::new(), warnings })
}

/// Writes all files below `root`. Comes back with what none of them tells, Chinese.
fn write_publication_files(
    inputs: &PublicationInputs<'_>,
    root: &Path,
) -> Result<(Manifest, PublicationTotals, Vec<String>)> {
    let people = people::RecordOwners::new(inputs);
    let keys = people::PseudonymKeys::new(inputs);
    let (mut outputs, disk) =
        crate::publication::output_files::OutputFiles::new(root, matches!(inputs.store, RowStore::Memory))?;
    let households = |to: &mut crate::publication::output_files::OutputFiles| {
        tables::dim_household(inputs, &people, &keys, to)
    };
    let (written, all) = match inputs.store {
        RowStore::Memory => rayon::join(|| households(&mut outputs), || people.persons()),
        RowStore::Folder(_) => {
            // Households are gone before persons are gathered.
            let written = households(&mut outputs);
            inputs.store.give_back();
            (written, people.persons())
        }
    };
    written?;
    let all = all?;
    let restricted = inputs.catalogue.outputs.restricted;
    outputs.write_all(&[&|to| tables::write_people(inputs, &people, &all, &keys, to), &|to| {
        if restricted { restricted::write_people(inputs, &people, &all, &keys, to) } else { Ok(()) }
    }])?;
    drop(keys);
    let by_finding = restricted::by_finding(inputs.tracked);
    let exceptions = exception_keys::ExceptionKeys::new(inputs);
    let facts = manifest_facts::RunFacts::of(inputs);
    let rules = facts.rules.as_slice();
    let held = held_notices::held_notices(rules, inputs.catalogue);
    let returns = lists::returned_points(inputs, rules);
    let townships = lists::township_books(inputs, &people, &by_finding);
    let (issue, earlier) = lists::list_issue(inputs, &townships);
    let mut untold = lists::points_without_letter(inputs, rules, &returns);
    untold.extend(earlier.untold().map(str::to_owned));
    outputs.write_all(&[
        &|to| tables::write_published_tables(inputs, &people, &by_finding, &exceptions, &facts, to),
        &|to| match restricted {
            true => restricted::write_restricted_tables(inputs, &by_finding, &exceptions, to),
            false => Ok(()),
        },
        &|to| lists::write_lists(inputs, (&people, &all, &by_finding), &townships, (&held, &earlier), to),
        &|to| lists::write_return_letters(inputs, rules, &returns, to),
    ])?;
    let totals = PublicationTotals::build(inputs, &people, &all, facts.sources.clone())?;
    let told = facts.clone().told();
    notices_file::write_notices(inputs, &told, &mut outputs)?;
    report::write_report(inputs, &totals, (&facts, &held), &mut outputs)?;
    bi::write_bi(inputs, &mut outputs)?;
    outputs.dictionary()?;
    let manifest = manifest_facts::build_manifest(inputs, told, (returns, issue), outputs.into_written())?;
    disk.finish()?;
    manifest.write(root)?;
    Ok((manifest, totals, untold))
}

/// The stages must agree on how many records there are before anything is written.
fn check_publication_inputs(inputs: &PublicationInputs<'_>) -> Result<()> {
    let wrong = |what: &str| Err(Error::internal(format!("发布前核对不一致：{what}")));
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
