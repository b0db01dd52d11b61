//! `manifest.json`: what went in, what came out, and that the totals agree. Written last: a
//! folder with a manifest is complete.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::output_files::write_bytes;
use crate::link::Decision;
use crate::load::{AuditFinding, TableTotals};
use crate::publish::{PublicationInputs, RuleFacts};
use crate::{Error, Result};

/// Version of the manifest's own form.
pub const FORMAT: u32 = 1;

/// The manifest. It holds no wall-clock time: the same inputs give the same bytes.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    /// Version of this form.
    pub format: u32,
    /// Program version.
    pub version: String,
    /// Pipeline title.
    pub pipeline: String,
    /// Digest over the pipeline folder.
    pub pipeline_digest: String,
    /// Quarter.
    pub quarter: String,
    /// Quarter compared with.
    pub previous_quarter: Option<String>,
    /// Sources with control totals, also those not delivered.
    pub sources: Vec<SourceRun>,
    /// Findings of the audits that did not stop the run.
    pub audits: Vec<AuditFinding>,
    /// Rows that left each stage.
    pub stages: Vec<StageRows>,
    /// Rules run and not run.
    pub rules: Vec<RuleRun>,
    /// Files of the publication, but for the manifest.
    pub outputs: Vec<OutputFile>,
}

/// A source in the manifest.
#[derive(Debug, Clone, Serialize)]
pub struct SourceRun {
    /// Source name.
    pub source: String,
    /// Chinese title.
    pub title: String,
    /// Department.
    pub owner: String,
    /// False if nothing was delivered this quarter.
    pub present: bool,
    /// Units read; always accepted + rejected.
    pub read: u64,
    /// Units accepted.
    pub accepted: u64,
    /// Units rejected.
    pub rejected: u64,
    /// Accepted records of which a cell could not be read and is empty.
    pub cell_warnings: u64,
    /// Per file and worksheet, with digests.
    pub tables: Vec<TableTotals>,
}

/// Rows that left a stage.
#[derive(Debug, Clone, Serialize)]
pub struct StageRows {
    /// Stage.
    pub stage: String,
    /// Counts by kind.
    pub rows: BTreeMap<String, u64>,
}

/// What became of a rule.
#[derive(Debug, Clone, Serialize)]
pub struct RuleRun {
    /// Code.
    pub code: String,
    /// Chinese title.
    pub title: String,
    /// False if it could not run; that is not the same as no exceptions.
    pub ran: bool,
    /// Why it did not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Open exceptions.
    pub exceptions: u64,
    /// Indicator rows.
    pub indicators: u64,
}

/// A published file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// Path within the publication.
    pub path: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
    /// Data rows, where the file has rows.
    pub rows: Option<u64>,
}

impl Manifest {
    /// Gathers and checks.
    pub(crate) fn build(inputs: &PublicationInputs<'_>, outputs: Vec<OutputFile>) -> Result<Self> {
        let manifest = Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pipeline: inputs.catalogue.title.clone(),
            pipeline_digest: inputs.catalogue.digest.clone(),
            quarter: inputs.quarter.to_owned(),
            previous_quarter: inputs.previous_quarter.map(str::to_owned),
            sources: source_runs(inputs),
            audits: inputs.loaded.iter().flat_map(|l| l.audits.clone()).collect(),
            stages: stages(inputs),
            rules: rule_runs(inputs),
            outputs,
        };
        manifest.check(inputs.catalogue.outputs.restricted)?;
        Ok(manifest)
    }

    /// Rows of an output.
    pub fn rows(&self, path: &str) -> Option<u64> {
        self.outputs.iter().find(|o| o.path == path).and_then(|o| o.rows)
    }

    /// Control totals: every accepted record was published, every rejected row too.
    fn check(&self, restricted: bool) -> Result<()> {
        let accepted: u64 = self.sources.iter().map(|s| s.accepted).sum();
        let returned: u64 = self.sources.iter().map(|s| s.rejected + s.cell_warnings).sum();
        for (path, expected) in [
            ("tables/fact_record.parquet", accepted),
            ("restricted/record.parquet", accepted),
            ("tables/fact_reject.parquet", returned),
        ] {
            let wanted = restricted || !path.starts_with("restricted/");
            if wanted && self.rows(path) != Some(expected) {
                return Err(Error::internal(format!(
                    "控制总数不平：{path}应有{expected}行，实有{:?}行",
                    self.rows(path)
                )));
            }
        }
        match self.sources.iter().find(|s| s.read != s.accepted + s.rejected) {
            Some(s) => Err(Error::internal(format!("控制总数不平：{}读入≠接受+退回", s.source))),
            None => Ok(()),
        }
    }

    /// Writes it into the staging folder.
    pub(crate) fn write(&self, root: &Path) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|e| Error::internal(e.to_string()))?;
        text.push(b'\n');
        write_bytes(&root.join("manifest.json"), 0o644, &text)
    }
}

pub(crate) fn source_runs(inputs: &PublicationInputs<'_>) -> Vec<SourceRun> {
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

pub(crate) fn rule_runs(inputs: &PublicationInputs<'_>) -> Vec<RuleRun> {
    let mut open: BTreeMap<&str, u64> = BTreeMap::new();
    for tracked in inputs.tracked.iter().filter(|t| t.is_open()) {
        *open.entry(&tracked.exception.rule_code).or_default() += 1;
    }
    let run = |rule: &RuleFacts| {
        let not_run = inputs.findings.not_run.iter().find(|n| n.rule_code == rule.code);
        let indicators = inputs.findings.indicators.iter().filter(|i| i.rule_code == rule.code);
        RuleRun {
            code: rule.code.clone(),
            title: rule.title.clone(),
            ran: not_run.is_none(),
            reason: not_run.map(|n| n.reason.clone()),
            exceptions: open.get(rule.code.as_str()).copied().unwrap_or(0),
            indicators: indicators.count() as u64,
        }
    };
    inputs.catalogue.rules.iter().map(run).collect()
}

fn stages(inputs: &PublicationInputs<'_>) -> Vec<StageRows> {
    let stage = |stage: &str, rows: &[(&str, usize)]| StageRows {
        stage: stage.to_owned(),
        rows: rows.iter().map(|&(kind, n)| (kind.to_owned(), n as u64)).collect(),
    };
    let totals = |f: fn(&crate::load::ControlTotals) -> u64| -> usize {
        inputs.loaded.iter().map(|l| f(&l.totals) as usize).sum()
    };
    let resolution = inputs.resolution;
    let accepted = inputs.links.decision.iter().filter(|&&d| d == Decision::Accept).count();
    let open = inputs.tracked.iter().filter(|t| t.is_open()).count();
    vec![
        stage(
            "load",
            &[
                ("read", totals(crate::load::ControlTotals::read)),
                ("accepted", totals(crate::load::ControlTotals::accepted)),
                ("rejected", totals(crate::load::ControlTotals::rejected)),
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
                ("exceptions", inputs.tracked.iter().filter(|t| *t.last_seen == *inputs.quarter).count()),
                ("indicators", inputs.findings.indicators.len()),
                ("rules_not_run", inputs.findings.not_run.len()),
            ],
        ),
        stage("track", &[("open", open), ("resolved", inputs.tracked.len() - open)]),
    ]
}
