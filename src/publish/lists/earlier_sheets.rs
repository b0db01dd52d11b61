//! What sheets of earlier runs of the period say: they are out when a corrected list is compared again.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::book_plan::BookPlan;
use super::list_column::ListColumn;
use super::return_points::run_number;
use crate::Result;
use crate::load::LoadedSource;
use crate::model::answer_column::AnswerColumn;
use crate::publication::deleted_files::DeletedFiles;
use crate::publication::list_issue::ListIssue;
use crate::publication::snapshot::Snapshot;
use crate::publish::PublicationInputs;
use crate::publish::restricted::row_version;
use crate::table::digest::hex_text;
use crate::track::bare_key;

/// Sheets of the runs that this one goes on from, the newest first.
#[derive(Debug, Default)]
pub(in crate::publish) struct EarlierSheets {
    pub(super) runs: Vec<EarlierIssue>,
    /// The files that the first of them read are those of this run: no list was corrected.
    pub(super) same_files: bool,
    /// Why sheets are not told, Chinese; `""`: they are.
    pub(super) untold: String,
}

impl EarlierSheets {
    /// Why sheets of the period that are out are not told, Chinese.
    pub(in crate::publish) fn untold(&self) -> Option<&str> {
        (!self.untold.is_empty()).then_some(self.untold.as_str())
    }
}

/// What one run handed out.
#[derive(Debug)]
pub(super) struct EarlierIssue {
    /// `本季第1次运行`.
    pub(super) title: String,
    /// Day of issue, as far as it is known.
    pub(super) issued: String,
    /// By key, without the letter before it.
    pub(super) rows: BTreeMap<String, EarlierRow>,
}

/// A row of a sheet that is out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EarlierRow {
    /// Path of its township's list, without suffix.
    pub(super) path: String,
    pub(super) version: String,
    pub(super) number: String,
    pub(super) village: String,
    pub(super) name: String,
    pub(super) finding: String,
}

/// What the manifest says of the lists that are handed out, and which sheets are out.
pub(super) fn list_issue(
    inputs: &PublicationInputs<'_>,
    townships: &[BookPlan<'_>],
) -> (ListIssue, EarlierSheets) {
    let rows = sheets_digest(townships);
    let follows = inputs.earlier.current.and_then(|run| match run.list_issue() {
        // The same rows again: what the current run adds to, this one does.
        Some(issue) if issue.rows == rows => issue.follows.clone(),
        _ => run.folder().file_name().and_then(|name| name.to_str()).map(str::to_owned),
    });
    let earlier = match &follows {
        Some(name) => earlier_sheets(inputs, name),
        None => EarlierSheets::default(),
    };
    (ListIssue { issued: inputs.issued.to_string(), rows, follows }, earlier)
}

/// Which findings stand on which sheet, by what.
fn sheets_digest(townships: &[BookPlan<'_>]) -> String {
    let mut rows: Vec<(&str, &str, String)> = Vec::new();
    for township in townships {
        let own = township.open.iter();
        rows.extend(own.map(|one| (township.path.as_str(), one.listed_id.as_str(), row_version(one))));
    }
    rows.sort_unstable();
    let mut hash = Sha256::new();
    for part in rows.iter().flat_map(|(path, key, version)| [*path, *key, version]) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex_text(&hash.finalize())
}

fn earlier_sheets(inputs: &PublicationInputs<'_>, first: &str) -> EarlierSheets {
    let mut sheets = EarlierSheets::default();
    let mut next = Some(first.to_owned());
    while let Some(name) = next {
        let of_name = |run: &&Snapshot| run.folder().file_name().is_some_and(|own| *own == *name);
        let Some(run) = inputs.earlier.of_period.iter().find(of_name) else {
            sheets.untold =
                format!("{}较早的发布 {name} 已不在或读不出，它的清单没有对照", inputs.period.this_word());
            break;
        };
        let own = run.keys().is_some_and(|keys| keys.identity == inputs.secrets.identity_id());
        let read = if own { read_issue(run) } else { Ok(None) };
        let why = match read {
            Ok(Some(issue)) => {
                if sheets.runs.is_empty() {
                    sheets.same_files = run.source_files() == source_files(inputs);
                }
                sheets.runs.push(issue);
                ""
            }
            Ok(None) if own => "没有 CSV 清单",
            Ok(None) => "是用别的身份密钥做的",
            Err(_) if has_deleted_lists(run) => "的清单已按期限删除",
            // Running the period again is the cure of a damaged publication, and must not end at it.
            Err(_) => "的清单已损坏",
        };
        if !why.is_empty() {
            sheets.untold = format!("{}{why}，没有对照", run_title(run));
            break;
        }
        // Names of runs count up, so this ends.
        next = run.list_issue().and_then(|issue| issue.follows.clone()).filter(|other| *other < name);
    }
    sheets
}

/// Sources with files that this run reads, and the digests of these.
fn source_files<'a>(inputs: &PublicationInputs<'a>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let files = |loaded: &'a LoadedSource| -> BTreeSet<&'a str> {
        loaded.totals.tables.iter().map(|table| table.sha256.as_str()).collect()
    };
    let all = inputs.loaded.iter().map(|loaded| (loaded.records.source.as_str(), files(loaded)));
    all.filter(|(_, digests)| !digests.is_empty()).collect()
}

/// Were lists of a run deleted because their time was over?
fn has_deleted_lists(run: &Snapshot) -> bool {
    let deleted = DeletedFiles::read(run.folder());
    deleted.is_ok_and(|deleted| list_paths(run).any(|path| deleted.of(path).is_some()))
}

/// Paths of the lists of townships in CSV. They lie in the folder of their county, all others deeper.
fn list_paths(run: &Snapshot) -> impl Iterator<Item = &str> {
    let all = run.outputs().iter().map(|output| output.path.as_str());
    all.filter(|path| {
        path.starts_with("lists/")
            && path.ends_with(".csv")
            && path.matches('/').count() == 2
            && !path.starts_with("lists/退回/")
    })
}

/// `本季第1次运行`, of a month `本月第1次运行`.
pub(super) fn run_title(run: &Snapshot) -> String {
    let which = run_number(run).map_or_else(|| "上一次".to_owned(), |number| format!("第{number}次"));
    format!("{}{which}运行", run.period().this_word())
}

/// The rows of a run's lists; `None` if it has no lists in CSV.
fn read_issue(run: &Snapshot) -> Result<Option<EarlierIssue>> {
    let mut issue = EarlierIssue {
        title: run_title(run),
        issued: run.list_issue().map_or_else(String::new, |issue| issue.issued.clone()),
        rows: BTreeMap::new(),
    };
    let mut any = false;
    for path in list_paths(run) {
        any = true;
        let damaged = |why: csv::Error| run.damaged(path, &why.to_string());
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).from_path(run.checked_path(path)?).map_err(damaged)?;
        let titles = reader.headers().map_err(damaged)?.clone();
        let at = |title: &str| titles.iter().position(|own| own.trim_start_matches('\u{FEFF}') == title);
        let [key, version, number] =
            [AnswerColumn::RowKey, AnswerColumn::RowVersion, AnswerColumn::Number].map(|one| at(one.title()));
        let [village, name, finding] =
            [ListColumn::Village, ListColumn::Name, ListColumn::Finding].map(|one| at(one.title()));
        for row in reader.records() {
            let row = row.map_err(damaged)?;
            let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default().to_owned();
            let key = cell(key);
            if issue.issued.is_empty() {
                issue.issued = cell(at(ListColumn::Issued.title()));
            }
            issue.rows.insert(
                bare_key(&key).to_owned(),
                EarlierRow {
                    path: path.trim_end_matches(".csv").to_owned(),
                    version: cell(version),
                    number: cell(number),
                    village: cell(village),
                    name: cell(name),
                    finding: cell(finding),
                },
            );
        }
    }
    Ok(any.then_some(issue))
}

/// What is said of a path: `淇县北阳镇`.
pub(super) fn place_of(path: &str) -> String {
    path.split('/').skip(1).collect()
}
