//! `manifest.json`: what went in, what came out, and that the totals agree. Written last: a
//! folder with a manifest is complete.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::id_ledger::ListedLedger;
use super::layout::MANIFEST;
use super::list_issue::ListIssue;
use super::output_files::write_output_bytes;
use super::returned_points::ReturnedPoints;
use crate::model::data_file::FileFate;
use crate::model::file_account::FileAccount;
use crate::model::list_months::CoveredMonths;
use crate::model::period::Period;
use crate::model::source_row::{AuditFinding, TableTotals};
use crate::model::undecided::{LackedPlace, WhyLacking};
use crate::privacy::Secrets;
use crate::{Error, Result};

/// Version of the manifest's own form. 1 said `quarter` and `previous_quarter` where 2 says `period`
/// and `previous_period`; 3 names the keys, under which ids are made since. All are read; a program that knows no
/// keys would go on from 3 with ids that belong to nobody, and refuses it.
pub(crate) const FORMAT: u32 = 3;
/// Versions that can be read.
pub(crate) const READABLE: std::ops::RangeInclusive<u32> = 1..=FORMAT;

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
    /// Six-digit code of the prefecture whose lists it is about.
    pub prefecture: String,
    /// Period.
    pub period: Period,
    /// Period compared with.
    pub previous_period: Option<Period>,
    /// Names of the keys that ids and pseudonyms were made with.
    pub keys: KeyNames,
    /// Ledgers of ids that lay in the output folder.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ledgers: Vec<ListedLedger>,
    /// What officers had answered when it was made; nothing if nobody had.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answers: Option<ReadAnswers>,
    /// What it lacks; nothing for a whole publication.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partial: Vec<PartialRun>,
    /// Everything in the data folder and what became of it.
    pub files: Vec<DeliveredFile>,
    /// Sources with control totals, also those not delivered.
    pub sources: Vec<SourceRun>,
    /// Findings of the audits that did not stop the run.
    pub audits: Vec<AuditFinding>,
    /// Rows that left each stage.
    pub stages: Vec<StageRows>,
    /// Rules run and not run.
    pub rules: Vec<RuleRun>,
    /// What departments were asked to mend, and what they had mended of what was asked before.
    pub returns: ReturnedPoints,
    /// The lists that it hands out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue: Option<ListIssue>,
    /// Files of the publication, but for the manifest.
    pub outputs: Vec<OutputFile>,
}

/// How far a run read the store of answers, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadAnswers {
    /// Number of the last batch.
    pub last_batch: i64,
    /// Exceptions with an answer, of whatever period.
    pub standing: u64,
    /// Exceptions of this publication that have one.
    pub answered: u64,
    /// Of these, those that it closes.
    pub closing: u64,
}

/// Why a publication is not the whole of its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartialRun {
    /// Only some of the rules were asked for.
    Rules,
    /// Places did not deliver their part of a list, or not of the period.
    Lists,
}

/// How much of its period a publication tells, the least first. One that tells less takes no other's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Completeness {
    /// What some of the rules found.
    SomeRules,
    /// What can be told without the lists of some places.
    SomeLists,
    /// All of it.
    Whole,
}

impl Completeness {
    /// That of a publication with these marks.
    pub(crate) fn of(partial: &[PartialRun]) -> Self {
        let has = |one| partial.contains(&one);
        match (has(PartialRun::Rules), has(PartialRun::Lists)) {
            (true, _) => Self::SomeRules,
            (false, true) => Self::SomeLists,
            (false, false) => Self::Whole,
        }
    }
}

/// Names of the keys of a publication. A name is a keyed hash of nothing: it tells keys apart and nothing more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyNames {
    /// Of the secret that persons, households and rows of lists are named under.
    pub identity: String,
    /// Of the key of the pseudonyms in `tables/`.
    pub pseudonym: String,
}

impl KeyNames {
    /// Those of a run's secrets.
    pub(crate) fn of(secrets: &Secrets) -> Self {
        Self { identity: secrets.identity_id(), pseudonym: secrets.pseudonym_id() }
    }
}

/// A file of the data folder in the manifest.
#[derive(Debug, Clone, Serialize)]
pub struct DeliveredFile {
    /// Path in the data folder; long numbers in it are masked.
    pub file: String,
    /// What became of it.
    pub fate: FileFate,
    /// Source that reads it, or the nearest to one that none reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// More about it, Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What it is made of, counted twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<FileAccount>,
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
    /// False if nothing was delivered this period.
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
    /// Places whose part of the list is not there, or is of another period.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacked: Vec<LackedPlace>,
    /// Of a list with a window: by county, months (`yyyymm`) that it or an earlier publication tells of.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub months: CoveredMonths,
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
    /// Lists that it reads and that nobody delivered; the reason says it, too.
    #[serde(skip)]
    pub missing: Vec<String>,
    /// Open exceptions.
    pub exceptions: u64,
    /// Indicator rows.
    pub indicators: u64,
    /// Subjects that it leaves undecided, since cells are unknown.
    #[serde(skip_serializing_if = "is_none_left")]
    pub undecided: u64,
    /// Counties for which it is held, with the columns that are unknown there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldColumn>,
}

/// A column that is unknown for so much of a county that a rule is held there.
#[derive(Debug, Clone, Serialize)]
pub struct HeldColumn {
    /// County code, `""`: records without a county.
    pub county_code: String,
    /// Source.
    pub source: String,
    /// Canonical name of the column; `""`: the county's part of the list does not count.
    pub column: String,
    /// Records of the county whose cell is unknown; 0 for a list.
    pub unknown: u64,
    /// Records of the county in the source.
    pub records: u64,
    /// Subjects of the county that the rule leaves undecided.
    pub undecided: u64,
    /// Why the county's part of the list does not count, where that is what holds the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<WhyLacking>,
}

fn is_none_left(count: &u64) -> bool {
    *count == 0
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
    /// Rows of an output.
    pub fn rows(&self, path: &str) -> Option<u64> {
        self.outputs.iter().find(|o| o.path == path).and_then(|o| o.rows)
    }

    /// Control totals: every accepted record was published, every rejected row too.
    ///
    /// # Errors
    /// Totals that do not balance: a fault of the program.
    pub(crate) fn check(&self, restricted: bool) -> Result<()> {
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

    /// Writes it into the staging folder. All may read it: what others wrote stands in it without the numbers of persons
    /// (`told_fields`). The document itself is never masked: the next run reads it back.
    pub(crate) fn write(&self, root: &Path) -> Result<()> {
        write_output_bytes(&root.join(MANIFEST), 0o644, self.text()?.as_bytes())
    }

    fn text(&self) -> Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n").map_err(|e| Error::internal(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::snapshot::Snapshot;
    use super::super::told_finding;
    use super::*;
    use crate::model::data_file::DataFile;
    use crate::model::source_row::{UnknownCodes, UnknownSpelling};
    use crate::privacy::IdentitySecret;

    fn manifest(keys: KeyNames) -> Manifest {
        let words = "410602 19980312 4217";
        let table = TableTotals {
            file: PathBuf::from(format!("低保_{words}.xlsx")),
            sheet: Some(words.to_owned()),
            unknown_codes: vec![UnknownCodes {
                column: "kind".to_owned(),
                county: words.to_owned(),
                cells: 1,
                filled: 1,
                spellings: vec![UnknownSpelling { spelling: words.to_owned(), cells: 1, nearest: None }],
            }],
            ..TableTotals::default()
        };
        let source = SourceRun {
            source: "dibao".to_owned(),
            title: "低保".to_owned(),
            owner: "民政局".to_owned(),
            present: true,
            read: 0,
            accepted: 0,
            rejected: 0,
            cell_warnings: 0,
            tables: vec![table],
            lacked: Vec::new(),
            months: BTreeMap::new(),
        };
        let rule = RuleRun {
            code: "R01".to_owned(),
            title: String::new(),
            ran: false,
            reason: Some(words.to_owned()),
            missing: Vec::new(),
            exceptions: 0,
            indicators: 0,
            undecided: 0,
            held: Vec::new(),
        };
        let file = DataFile {
            file: PathBuf::from(format!("低保_{words}.xlsx")),
            fate: FileFate::Letter,
            source: None,
            note: Some(words.to_owned()),
            account: None,
        };
        Manifest {
            format: FORMAT,
            version: String::new(),
            pipeline: "试点".to_owned(),
            pipeline_digest: "1234567890123456".repeat(4),
            prefecture: "410600".to_owned(),
            period: Period::quarter(2018, 3).unwrap(),
            previous_period: None,
            keys,
            ledgers: Vec::new(),
            answers: None,
            partial: Vec::new(),
            files: vec![DeliveredFile::of(&file)],
            sources: vec![source.told()],
            audits: vec![told_finding(&AuditFinding::new("dibao", "twice", false, words.to_owned()))],
            stages: Vec::new(),
            rules: vec![rule.told()],
            returns: ReturnedPoints::default(),
            issue: None,
            outputs: Vec::new(),
        }
    }

    #[test]
    fn what_others_wrote_is_masked_and_names_of_keys_and_digests_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let keys =
            KeyNames { identity: "12B456789D123K7M".to_owned(), pseudonym: "41O602199803124Z".to_owned() };
        let written = manifest(keys.clone());
        written.write(folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join(MANIFEST)).unwrap();
        assert!(!text.contains("410602 19980312"), "{text}");
        assert!(text.matches("410602 ******** 4217").count() >= 8, "{text}");
        assert!(text.contains(&written.pipeline_digest));
        assert_eq!(Snapshot::open(folder.path()).unwrap().keys(), Some(&keys));
    }

    #[test]
    fn every_name_of_a_key_is_read_back_as_it_was_written() {
        let mut written = manifest(KeyNames { identity: String::new(), pseudonym: String::new() });
        (written.files, written.sources, written.rules) = Default::default();
        for at in 0..5000u64 {
            let name = |of: u64| {
                let bytes: Vec<u8> = (0..4u64)
                    .flat_map(|part| {
                        xxhash_rust::xxh3::xxh3_64(&(4 * (2 * at + of) + part).to_le_bytes()).to_le_bytes()
                    })
                    .collect();
                IdentitySecret::new(&bytes).unwrap().key_id()
            };
            written.keys = KeyNames { identity: name(0), pseudonym: name(1) };
            let read: serde_json::Value = serde_json::from_str(&written.text().unwrap()).unwrap();
            assert_eq!(serde_json::from_value::<KeyNames>(read["keys"].clone()).unwrap(), written.keys);
        }
    }
}
