//! What the manifest says of a run: sources, rules and stages, counted.

use std::collections::BTreeMap;

use super::{PublicationInputs, RuleFacts};
use crate::Result;
use crate::model::exception::Status;
use crate::model::links::Decision;
use crate::model::source_row::{AuditFinding, ControlTotals};
use crate::model::undecided::HeldRule;
use crate::publication::list_issue::ListIssue;
use crate::publication::manifest::HeldColumn;
use crate::publication::manifest::{
    DeliveredFile, FORMAT, KeyNames, Manifest, OutputFile, PartialRun, ReadAnswers, RuleRun, SourceRun,
    StageRows,
};
use crate::publication::returned_points::ReturnedPoints;
use crate::publication::told_finding;

/// Rules and sources of a run and what audits found, gathered once for all that tells them.
#[derive(Debug, Clone)]
pub(super) struct RunFacts {
    pub(super) rules: Vec<RuleRun>,
    pub(super) sources: Vec<SourceRun>,
    /// As the manifest tells them.
    pub(super) audits: Vec<AuditFinding>,
}

impl RunFacts {
    pub(super) fn of(inputs: &PublicationInputs<'_>) -> Self {
        Self {
            rules: rule_runs(inputs),
            sources: source_runs(inputs),
            audits: inputs.loaded.iter().flat_map(|l| &l.audits).map(told_finding).collect(),
        }
    }

    /// All of it as the manifest tells it.
    pub(super) fn told(self) -> Self {
        Self {
            rules: self.rules.into_iter().map(RuleRun::told).collect(),
            sources: self.sources.into_iter().map(SourceRun::told).collect(),
            audits: self.audits,
        }
    }
}

/// Gathers the manifest of a publication and checks its totals. `told`: what of the run is told in it.
///
/// # Errors
/// Totals that do not balance.
pub(super) fn build_manifest(
    inputs: &PublicationInputs<'_>,
    told: RunFacts,
    (returns, issue): (ReturnedPoints, ListIssue),
    outputs: Vec<OutputFile>,
) -> Result<Manifest> {
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pipeline: inputs.catalogue.title.clone(),
        pipeline_digest: inputs.catalogue.digest.clone(),
        prefecture: inputs.catalogue.prefecture.clone(),
        period: inputs.period,
        previous_period: inputs.previous_period,
        keys: KeyNames::of(inputs.secrets),
        ledgers: inputs.ledgers.to_vec(),
        answers: read_answers(inputs),
        partial: partial_run(inputs),
        files: inputs.files.iter().map(DeliveredFile::of).collect(),
        sources: told.sources,
        audits: told.audits,
        stages: stages(inputs),
        rules: told.rules,
        returns,
        issue: Some(issue),
        outputs,
    };
    manifest.check(inputs.catalogue.outputs.restricted)?;
    Ok(manifest)
}

/// What was read of the store of answers; nothing where there is none.
fn read_answers(inputs: &PublicationInputs<'_>) -> Option<ReadAnswers> {
    let last_batch = inputs.answers.last_batch()?.0;
    let answered = inputs.tracked.iter().filter(|one| one.answer.is_some());
    let closing = inputs.tracked.iter().filter(|one| one.status == Status::Answered);
    Some(ReadAnswers {
        last_batch,
        standing: inputs.answers.len() as u64,
        answered: answered.count() as u64,
        closing: closing.count() as u64,
    })
}

/// What keeps the publication from being the whole of its period.
fn partial_run(inputs: &PublicationInputs<'_>) -> Vec<PartialRun> {
    let rules = inputs.catalogue.selected.then_some(PartialRun::Rules);
    let lists = inputs.loaded.iter().any(|one| !one.lacked.is_empty()).then_some(PartialRun::Lists);
    rules.into_iter().chain(lists).collect()
}

fn source_runs(inputs: &PublicationInputs<'_>) -> Vec<SourceRun> {
    let facts = |name: &str| inputs.catalogue.sources.iter().find(|s| s.name == name);
    let run = |name: &str| {
        let loaded = inputs.loaded.iter().find(|l| l.records.source == name);
        SourceRun {
            source: name.to_owned(),
            title: facts(name).map_or_else(|| name.to_owned(), |f| f.title.clone()),
            owner: facts(name).map_or_else(String::new, |f| f.owner.clone()),
            present: loaded.is_some(),
            read: loaded.map_or(0, |l| l.totals.read()),
            accepted: loaded.map_or(0, |l| l.totals.accepted()),
            rejected: loaded.map_or(0, |l| l.totals.rejected()),
            cell_warnings: loaded.map_or(0, |l| l.cell_warnings.len() as u64),
            tables: loaded.map_or_else(Vec::new, |l| l.totals.tables.clone()),
            lacked: loaded.map_or_else(Vec::new, |l| l.lacked.clone()),
            months: inputs.months.get(name).cloned().unwrap_or_default(),
        }
    };
    let mut names: Vec<&str> = inputs.catalogue.sources.iter().map(|s| s.name.as_str()).collect();
    for loaded in inputs.loaded {
        if !names.contains(&loaded.records.source.as_str()) {
            names.push(&loaded.records.source);
        }
    }
    names.into_iter().map(run).collect()
}

fn rule_runs(inputs: &PublicationInputs<'_>) -> Vec<RuleRun> {
    let mut open: BTreeMap<&str, u64> = BTreeMap::new();
    for tracked in inputs.tracked.iter().filter(|t| t.is_open()) {
        *open.entry(&tracked.exception.rule_code).or_default() += 1;
    }
    let mut undecided: BTreeMap<&str, u64> = BTreeMap::new();
    for subject in &inputs.findings.undecided {
        *undecided.entry(&subject.rule_code).or_default() += 1;
    }
    let run = |rule: &RuleFacts| {
        let not_run = inputs.findings.not_run.iter().find(|n| n.rule_code == rule.code);
        let indicators = inputs.findings.indicators.iter().filter(|i| i.rule_code == rule.code);
        RuleRun {
            code: rule.code.clone(),
            title: rule.title.clone(),
            ran: not_run.is_none(),
            reason: not_run.map(|n| n.reason.clone()),
            missing: not_run.map(|n| n.missing.clone()).unwrap_or_default(),
            exceptions: open.get(rule.code.as_str()).copied().unwrap_or(0),
            indicators: indicators.count() as u64,
            undecided: undecided.get(rule.code.as_str()).copied().unwrap_or(0),
            held: inputs
                .findings
                .held
                .iter()
                .filter(|held| held.rule_code == rule.code)
                .map(held_column)
                .collect(),
        }
    };
    inputs.catalogue.rules.iter().map(run).collect()
}

fn held_column(held: &HeldRule) -> HeldColumn {
    HeldColumn {
        county_code: held.county_code.clone(),
        source: held.source.clone(),
        column: held.column.clone(),
        unknown: held.unknown,
        records: held.records,
        undecided: held.undecided,
        why: held.why,
    }
}

fn stages(inputs: &PublicationInputs<'_>) -> Vec<StageRows> {
    let stage = |stage: &str, rows: &[(&str, usize)]| StageRows {
        stage: stage.to_owned(),
        rows: rows.iter().map(|&(kind, n)| (kind.to_owned(), n as u64)).collect(),
    };
    let totals =
        |f: fn(&ControlTotals) -> u64| -> usize { inputs.loaded.iter().map(|l| f(&l.totals) as usize).sum() };
    let resolution = inputs.resolution;
    let accepted = inputs.links.decision.iter().filter(|&&d| d == Decision::Accept).count();
    let open = inputs.tracked.iter().filter(|t| t.is_open()).count();
    vec![
        stage(
            "load",
            &[
                ("read", totals(ControlTotals::read)),
                ("accepted", totals(ControlTotals::accepted)),
                ("rejected", totals(ControlTotals::rejected)),
            ],
        ),
        stage("normalize", &[("records", inputs.comparables.iter().map(|c| c.rows).sum())]),
        stage("link", &[("accepted", accepted), ("review", inputs.links.left.len() - accepted)]),
        stage(
            "resolve",
            &[
                ("records", resolution.person.len()),
                ("persons", resolution.person_ids.len()),
                ("households", resolution.household_ids.len()),
                ("identity_changes", resolution.ledger.len()),
            ],
        ),
        stage(
            "reconcile",
            &[
                ("exceptions", inputs.tracked.iter().filter(|t| t.last_seen == inputs.period).count()),
                ("indicators", inputs.findings.indicators.len()),
                ("rules_not_run", inputs.findings.not_run.len()),
                ("undecided", inputs.findings.undecided.len()),
                ("rules_held", inputs.findings.held.len()),
            ],
        ),
        stage("track", &[("open", open), ("resolved", inputs.tracked.len() - open)]),
    ]
}
