//! One import: files in, answers appended, copies out.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;

use super::check_answer::AnswerReading;
use super::judge_rows::{
    JudgedRow, compare_with_lists, judge_each, judge_together, open_needed_runs, refuse_inseparable,
};
use super::known_exceptions::KnownExceptions;
use super::marked_copies::{changed_text, copy_names, write_marked_copy};
use super::returned_files::ReturnedFiles;
use super::returned_sheet::{ReturnedFile, read_returned_file};
use super::row_outcome::{FileOutcome, OutcomeCounts, RowFate, ToldRow};
use super::ruled_pairs::note_ruled_pairs;
use crate::answers::{
    Answer, AnswerSource, AnswerStore, AppendedBatch, BatchOrigin, RETURNED, ReviewLevel, StandingAnswers,
    is_pair_subject,
};
use crate::privacy::IdentitySecret;
use crate::publication::snapshot::Snapshot;
use crate::rules::officer_words::AnswerWords;
use crate::worker::Worker;
use crate::{Error, Result};

/// How often it is begun anew because somebody else appended meanwhile.
const ATTEMPTS: usize = 5;

/// What is imported, and how.
#[derive(Debug)]
pub struct TriagePlan {
    /// Output folder, with the publications that the sheets are of.
    pub out: PathBuf,
    /// Files, folders and archives that came back.
    pub paths: Vec<PathBuf>,
    /// What an officer may answer, and what that means.
    pub words: AnswerWords,
    /// Reads files of other programs' formats.
    pub worker: Option<Worker>,
    /// Nobody answers later.
    pub today: Date,
    /// When it is appended, `2018-10-20T09:30:00+08:00`.
    pub recorded_at: String,
    /// By whom.
    pub recorded_by: String,
    /// Names the records that a verdict says are one person's or several persons'.
    pub identity: Option<IdentitySecret>,
    /// Who looked at the answers last.
    pub level: ReviewLevel,
    /// Nothing is appended.
    pub dry_run: bool,
    /// Where marked-up copies go; `None`: beside the answers, and nowhere in a dry run.
    pub report: Option<PathBuf>,
}

/// What an import did.
#[derive(Debug, Serialize)]
pub struct TriageImport {
    /// Its number, by which it is undone; `None` if nothing was appended.
    pub import: Option<i64>,
    /// Nothing was to be appended.
    pub dry_run: bool,
    /// The publication that the answers were compared with.
    pub publication: PathBuf,
    /// What became of each file.
    pub files: Vec<FileOutcome>,
    /// Of all files.
    pub total: OutcomeCounts,
    /// Files beside the lists that are no tables.
    pub passed_over: Vec<String>,
    /// What is to be told besides, Chinese.
    pub notes: Vec<String>,
    /// Folder of the marked-up copies.
    pub copies: Option<PathBuf>,
    /// Files that could not be read; the others were imported.
    #[serde(skip)]
    pub unreadable: Vec<Error>,
}

impl TriageImport {
    /// Were all answers taken, as far as files could be read?
    pub fn is_all_taken(&self) -> bool {
        let lost = |row: &ToldRow| row.fate == RowFate::Blank && !row.changed_cells.is_empty();
        self.total.refused() == 0 && !self.files.iter().flat_map(|file| &file.told).any(lost)
    }
}

/// Reads files that came back and appends their answers, all of them at once or none. The writers' lock of the output
/// folder is not needed: publications are only read, and SQLite lets one write at a time.
///
/// # Errors
/// Nothing to import, no publication, one without keys; a store that cannot be written. A file that cannot be read is no
/// error here: see [`TriageImport::unreadable`].
pub fn import_answers(plan: &TriagePlan) -> Result<TriageImport> {
    let mut known = KnownExceptions::open(&plan.out)?;
    let identity = identity_of(&known.newest.snapshot)?;
    let (files, found, mut unreadable) = read_files(plan)?;
    open_needed_runs(&files, &mut known);
    let reading = AnswerReading { words: &plan.words, today: plan.today, level: plan.level };
    let mut judged = judge_each(&files, &known, &reading);
    refuse_inseparable(&mut judged, &plan.words, &known.newest.snapshot)?;
    let without = compare_with_lists(&files, &mut judged, &mut known, plan.worker.as_ref())?;
    let mut notes = Vec::new();
    if without > 0 {
        notes.push(format!("有{without}行在下发的清单里找不到，保护格没有核对"));
    }
    notes.extend(known.unreadable.iter().map(|run| format!("读不出较早的发布，没有对照：{run}")));
    let mut attempt = 0;
    let (mut unbound, mut unnamed);
    let import = loop {
        let store = AnswerStore::find(&plan.out, &identity)?;
        let (last, standing) = match &store {
            Some(store) => (store.last_batch()?, StandingAnswers::read(store)?),
            None => (AppendedBatch(0), StandingAnswers::default()),
        };
        drop(store);
        let mut together = judged.clone();
        let formerly = answered_formerly(plan.identity.as_ref(), &known, &standing);
        judge_together(&files, &mut together, (&standing, &formerly));
        let mut batches = batches(plan, &files, &together);
        batches.iter_mut().for_each(|(_, answers)| withdraw_formerly(answers, &formerly, &standing));
        unnamed = match plan.identity {
            None => {
                known.unknown_of(standing.iter().map(|(name, _)| name).filter(|one| !is_pair_subject(one)))
            }
            Some(_) => 0,
        };
        let mut taken: Vec<&mut Answer> = batches.iter_mut().flat_map(|(_, answers)| answers).collect();
        unbound = note_ruled_pairs(&mut taken, &plan.words, &known.newest.snapshot, plan.identity.as_ref())?;
        if plan.dry_run || batches.is_empty() {
            judged = together;
            break None;
        }
        if let Some(import) = AnswerStore::open(&plan.out, &identity)?.append_import(&batches, last)? {
            judged = together;
            break Some(import);
        }
        attempt += 1;
        if attempt == ATTEMPTS {
            return Err(Error::input("另一个程序一直在写核查结果").hint("等它结束后再导入一次"));
        }
    };
    if unnamed > 0 {
        notes.push(format!(
            "有{unnamed}条已有的核查结果记在疑点以前的名下，没有身份密钥（--identity-file）对不回，没有与它们对照"
        ));
    }
    if unbound > 0 {
        let why = match plan.identity {
            None => "没有身份密钥（--identity-file）",
            Some(_) => "疑点依据的记录里没有可以分开或合并的两条",
        };
        notes.push(format!("{unbound}条说到是不是同一人，记下了，但以后匹配时不会照办：{why}"));
    }
    let copies = match (&plan.report, plan.dry_run) {
        (Some(report), _) => Some(report.clone()),
        (None, true) => None,
        (None, false) => Some(free_folder(&plan.out.join(RETURNED), &plan.recorded_at)),
    };
    if let Some(folder) = &copies {
        write_copies(folder, (&files, &plan.words), &judged, plan.dry_run).map_err(|e| match import {
            Some(import) => {
                let cure = e.hint_text().unwrap_or_default().to_owned();
                e.hint(format!("核查结果已记下（第{}批），只是批注副本没有写全；{cure}", import.0))
            }
            None => e,
        })?;
    }
    let names = copy_names(&files);
    let outcomes: Vec<FileOutcome> = (files.iter().zip(&judged).zip(names))
        .map(|((file, rows), copy)| file_outcome(file, rows, copies.as_ref().map(|_| copy)))
        .collect();
    let mut total = OutcomeCounts::default();
    judged.iter().flatten().for_each(|row| total.count(row.fate, !row.changed_cells.is_empty()));
    unreadable.extend(found.unreadable);
    Ok(TriageImport {
        import: import.map(|import| import.0),
        dry_run: plan.dry_run,
        publication: known.newest.snapshot.folder().to_owned(),
        files: outcomes,
        total,
        passed_over: found.passed_over,
        notes,
        copies,
        unreadable,
    })
}

/// Names that exceptions of the newest publication were answered under formerly, by their present ones; which they are
/// takes the secret to tell.
fn answered_formerly(
    secret: Option<&IdentitySecret>,
    known: &KnownExceptions,
    standing: &StandingAnswers,
) -> BTreeMap<String, Vec<String>> {
    let Some(secret) = secret else { return BTreeMap::new() };
    let names: Vec<&str> = standing.subjects().filter(|one| !is_pair_subject(one)).collect();
    let by_key: BTreeMap<String, &str> = secret.listed(&names).into_iter().zip(names).collect();
    known.answered_formerly(&by_key)
}

/// Who takes an answer back takes it back under every name that the exception was answered under.
fn withdraw_formerly(
    answers: &mut Vec<Answer>,
    formerly: &BTreeMap<String, Vec<String>>,
    standing: &StandingAnswers,
) {
    let mut others: Vec<Answer> = Vec::new();
    for answer in answers.iter().filter(|answer| answer.is_withdrawal()) {
        let names = formerly.get(&answer.exception_id).into_iter().flatten();
        let names = names.filter(|name| standing.of(name).is_some());
        others.extend(names.map(|name| Answer { exception_id: name.clone(), ..answer.clone() }));
    }
    answers.extend(others);
}

/// Name of the secret that the exceptions of a publication are called under.
pub(crate) fn identity_of(newest: &Snapshot) -> Result<String> {
    newest.keys().map(|keys| keys.identity.clone()).ok_or_else(|| {
        Error::input("这个发布是没有身份密钥的旧版本写的，核查结果记不到它上面")
            .in_file(newest.folder())
            .hint("用本版程序重新运行该期，再导入")
    })
}

fn read_files(plan: &TriagePlan) -> Result<(Vec<ReturnedFile>, ReturnedFiles, Vec<Error>)> {
    let mut found = ReturnedFiles::gather(&plan.paths)?;
    let worker = plan.worker.as_ref();
    let read: Vec<Result<ReturnedFile>> =
        found.files.par_iter().map(|(path, name)| read_returned_file(worker, path, name)).collect();
    found.files.clear();
    found.remove_unpacked();
    let (mut files, mut unreadable) = (Vec::new(), Vec::new());
    for one in read {
        match one {
            Ok(file) => files.push(file),
            Err(error) => unreadable.push(error),
        }
    }
    Ok((files, found, unreadable))
}

/// A batch for each file that something was taken from.
fn batches(
    plan: &TriagePlan,
    files: &[ReturnedFile],
    judged: &[Vec<JudgedRow>],
) -> Vec<(BatchOrigin, Vec<Answer>)> {
    let batch = |(file, rows): (&ReturnedFile, &Vec<JudgedRow>)| {
        let taken = rows.iter().filter(|row| row.fate.is_appended());
        let answers: Vec<Answer> = taken.filter_map(|row| row.answer.as_deref().cloned()).collect();
        let origin = BatchOrigin {
            source: AnswerSource::Sheet,
            recorded_at: plan.recorded_at.clone(),
            recorded_by: plan.recorded_by.clone(),
            file: file.name.clone(),
            file_sha256: file.sha256.clone(),
        };
        (!answers.is_empty()).then_some((origin, answers))
    };
    files.iter().zip(judged).filter_map(batch).collect()
}

/// A folder that is not there yet, called by the moment of the import.
fn free_folder(above: &Path, recorded_at: &str) -> PathBuf {
    let stamp: String = recorded_at.chars().take(19).filter(char::is_ascii_alphanumeric).collect();
    let names = std::iter::once(stamp.clone()).chain((2..).map(|number| format!("{stamp}-{number}")));
    let mut free = names.map(|name| above.join(name)).filter(|folder| !folder.exists());
    free.next().unwrap_or_else(|| above.to_owned())
}

fn write_copies(
    folder: &Path,
    (files, words): (&[ReturnedFile], &AnswerWords),
    judged: &[Vec<JudgedRow>],
    dry_run: bool,
) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|e| Error::io("新建批注副本的文件夹", folder, e))?;
    let all: Vec<((&ReturnedFile, &Vec<JudgedRow>), String)> =
        files.iter().zip(judged).zip(copy_names(files)).collect();
    all.par_iter().try_for_each(|((file, rows), name)| {
        write_marked_copy(&folder.join(name), (file, words), rows, dry_run)
    })
}

fn file_outcome(file: &ReturnedFile, rows: &[JudgedRow], copy: Option<String>) -> FileOutcome {
    let mut counts = OutcomeCounts::default();
    let mut told = Vec::new();
    for row in rows {
        counts.count(row.fate, !row.changed_cells.is_empty());
        if row.fate.is_refused() || !row.changed_cells.is_empty() {
            let mut why = row.told.clone();
            if !row.changed_cells.is_empty() {
                why = [why, changed_text(&row.changed_cells)]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join("；");
            }
            let sheet = &file.sheets[row.sheet];
            told.push(ToldRow {
                sheet: sheet.name.clone(),
                row: sheet.number(row.row),
                fate: row.fate,
                changed_cells: row.changed_cells.clone(),
                told: why,
            });
        }
    }
    FileOutcome {
        file: file.name.clone(),
        sha256: file.sha256.clone(),
        counts,
        hidden_rows: file.hidden_rows,
        notes: file.notes.clone(),
        told,
        copy,
    }
}
