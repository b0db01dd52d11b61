//! Deletes what has had its time (`[retention]` of `pipeline.toml`), and nothing that is still needed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Serialize;

use super::backup::{list_files, list_names};
use super::backup_archive::ANSWERS;
use super::deletion_log::{DeletedKind, DeletionEntry, log_deletion};
use super::restore::FORMER;
use crate::answers::{AnswerStore, DetailedAnswer, RETURNED, is_pair_subject};
use crate::config::retention::RetentionSettings;
use crate::model::exception::{Status, number_key};
use crate::privacy::IdentitySecret;
use crate::publication::deleted_files::{DeletedFiles, TimedDeletion};
use crate::publication::layout::{self, PeriodFolder};
use crate::publication::snapshot::Snapshot;
use crate::publication::staging::LockedFolder;
use crate::track::previous_exceptions::EXCEPTIONS;
use crate::{Error, Result};

/// An order to delete what has had its time.
#[derive(Debug)]
pub struct TidyPlan {
    /// Folder that holds publications.
    pub out: PathBuf,
    /// The day that counts.
    pub on: Date,
    /// How long what is kept.
    pub retention: RetentionSettings,
    /// The secret under which findings are called, if it is at hand: it tells which old answers findings still rest on.
    pub identity: Option<IdentitySecret>,
    /// Nothing is deleted.
    pub dry_run: bool,
    /// When, `2018-10-20T09:30:00+08:00`, for the log.
    pub recorded_at: String,
    /// By whom.
    pub recorded_by: String,
}

/// What was deleted, and what was not although its time was over.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TidySummary {
    /// In its order; of a dry run: what would be.
    pub deleted: Vec<DeletionEntry>,
    /// What stays although its time is over.
    pub kept: Vec<KeptItem>,
    /// Kinds that have no time in `[retention]`, as its keys.
    pub without_time: Vec<&'static str>,
    /// Publications of which a deletion that was interrupted has been finished.
    pub finished: u64,
    /// Nothing was deleted.
    pub dry_run: bool,
    /// What is to be told besides, Chinese.
    pub notes: Vec<String>,
}

/// Something that stays although its time is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptItem {
    /// What.
    pub kind: DeletedKind,
    /// Where, within the output folder.
    pub place: String,
    /// How many files or answers.
    pub count: u64,
    /// Why, Chinese.
    pub why: String,
}

/// Deletes what has had its time. Each deletion is in the log before it is made; one that is interrupted is finished by the next
/// call. `tables/`, reports and manifests stay.
///
/// # Errors
/// No publication; the current one is damaged, so that nobody knows what is needed; another process writes there; a file that
/// cannot be deleted.
pub fn tidy(plan: &TidyPlan) -> Result<TidySummary> {
    if !plan.out.is_dir() || layout::list_period_folders(&plan.out)?.is_empty() {
        return Err(Error::usage("这里没有发布").in_file(&plan.out).hint("给出发布文件夹，即 run 的 --out"));
    }
    let locked = if plan.dry_run { None } else { Some(LockedFolder::take(&plan.out, "tidy")?) };
    let mut work = TidyWork {
        plan,
        locked,
        gone: BTreeSet::new(),
        done: TidySummary { dry_run: plan.dry_run, ..Default::default() },
    };
    let periods = layout::list_period_folders(&plan.out)?;
    let needed = NeededRuns::find(&plan.out, &periods)?;
    work.finish_interrupted(&periods)?;
    let retention = &plan.retention;
    for (key, absent) in [
        ("restricted", retention.restricted.is_none()),
        ("lists", retention.lists.is_none()),
        ("runs", retention.runs.is_none()),
        ("answers", retention.answers.is_none()),
        ("returned", retention.returned.is_none()),
    ] {
        work.done.without_time.extend(absent.then_some(key));
    }
    work.delete_runs(&periods, &needed)?;
    work.delete_parts(&periods, &needed)?;
    work.delete_returned()?;
    work.forget_details(&needed)?;
    Ok(work.done)
}

/// Runs that later ones go on from.
struct NeededRuns {
    newest: Snapshot,
    /// Folder of a run with why it is needed, Chinese.
    why: BTreeMap<PathBuf, &'static str>,
}

impl NeededRuns {
    fn find(out: &Path, periods: &[PeriodFolder]) -> Result<Self> {
        let current: Vec<Snapshot> = periods
            .iter()
            .filter(|one| one.current)
            .map(|one| Snapshot::open(&one.folder))
            .collect::<Result<_>>()?;
        let newest = current.last().cloned().map_or_else(|| Snapshot::newest(out), Ok)?;
        let mut why = BTreeMap::from([(newest.folder().to_owned(), "是当前的发布，下一期接着它比对")]);
        let mut need = |one: &Snapshot, because| {
            why.entry(one.folder().to_owned()).or_insert(because);
        };
        // A run of the newest period once more, over corrected lists, goes on from there.
        let before = newest.previous_period();
        let baseline = current.iter().find(|one| Some(one.period()) == before);
        baseline.into_iter().for_each(|one| need(one, "是当前发布的对照基准，本期重新运行时要用"));
        // Where the newest was asked for some rules only, the next quarter goes on from the last whole one.
        if let Ok(next) = newest.period().next()
            && let Some(one) = crate::engine::baseline::find_baseline(out, next, false)?
        {
            need(&one, "是下一期的对照基准");
        }
        Ok(Self { newest, why })
    }

    fn why(&self, run: &Path) -> Option<&'static str> {
        self.why.get(run).copied()
    }
}

struct TidyWork<'p> {
    plan: &'p TidyPlan,
    /// Nothing of a dry run.
    locked: Option<LockedFolder>,
    /// Runs that were deleted whole, or would be.
    gone: BTreeSet<PathBuf>,
    done: TidySummary,
}

impl TidyWork<'_> {
    /// Logs a deletion, unless this is a dry run; then it is made.
    fn entry(
        &mut self,
        kind: DeletedKind,
        place: String,
        (rule, due): (String, Option<Date>),
        (count, bytes): (u64, u64),
    ) -> Result<()> {
        let entry = DeletionEntry {
            on: self.plan.on.to_string(),
            kind,
            place,
            rule,
            due: due.map(|due| due.to_string()),
            count,
            bytes,
            recorded_at: self.plan.recorded_at.clone(),
            recorded_by: self.plan.recorded_by.clone(),
        };
        if !self.plan.dry_run {
            log_deletion(&self.plan.out, &entry)?;
        }
        self.done.deleted.push(entry);
        Ok(())
    }

    fn keep(&mut self, kind: DeletedKind, place: String, count: u64, why: impl Into<String>) {
        self.done.kept.push(KeptItem { kind, place, count, why: why.into() });
    }

    fn place(&self, path: &Path) -> String {
        path.strip_prefix(&self.plan.out).unwrap_or(path).to_string_lossy().into_owned()
    }

    /// Deletes what an interrupted call has noted as deleted.
    fn finish_interrupted(&mut self, periods: &[PeriodFolder]) -> Result<()> {
        for run in periods.iter().flat_map(runs_of) {
            let left = DeletedFiles::read(&run)?.left(&run);
            if left.is_empty() {
                continue;
            }
            self.done.finished += 1;
            if !self.plan.dry_run {
                left.iter().try_for_each(|path| remove_file(path))?;
                remove_empty_folders(&run)?;
            }
        }
        Ok(())
    }

    /// Runs that others replaced, beyond those that are kept of each period.
    fn delete_runs(&mut self, periods: &[PeriodFolder], needed: &NeededRuns) -> Result<()> {
        let Some(kept) = &self.plan.retention.runs else { return Ok(()) };
        let rule = format!("runs = \"{}\"", kept.text);
        for period in periods.iter().filter(|one| one.current) {
            let current = Snapshot::open(&period.folder)?;
            // Those after it are set aside, or of somebody's hand: they replace nothing and nothing replaces them.
            let at = period.runs.iter().position(|run| run.file_name() == current.folder().file_name());
            let replaced = &period.runs[..at.unwrap_or(0)];
            let beyond = &replaced[..replaced.len().saturating_sub(kept.number)];
            for run in beyond {
                let (count, bytes) = measure(&list_files(run, Path::new(""))?, run)?;
                let why = match needed.why(run) {
                    Some(why) => Some(why),
                    None if period.period == needed.newest.period() => {
                        Some("是最新一期的，它下发的清单可能还没有交回")
                    }
                    None => None,
                };
                if let Some(why) = why {
                    self.keep(DeletedKind::Run, self.place(run), count, why);
                    continue;
                }
                self.entry(DeletedKind::Run, self.place(run), (rule.clone(), None), (count, bytes))?;
                if let Some(locked) = &self.locked {
                    locked.remove_run(period.period, run)?;
                }
                self.gone.insert(run.clone());
            }
        }
        Ok(())
    }

    /// `restricted/` and `lists/` of publications whose time is over.
    fn delete_parts(&mut self, periods: &[PeriodFolder], needed: &NeededRuns) -> Result<()> {
        let times = [
            (DeletedKind::Restricted, "restricted", self.plan.retention.restricted.clone()),
            (DeletedKind::Lists, "lists", self.plan.retention.lists.clone()),
        ];
        for period in periods {
            for run in runs_of(period) {
                if self.gone.contains(&run) {
                    continue;
                }
                for (kind, part, time) in &times {
                    let Some(time) = time else { continue };
                    let due = time.end(period.period.last_day());
                    if self.plan.on < due {
                        continue;
                    }
                    let place = self.place(&run.join(part));
                    let files = list_files(&run, Path::new(part))?;
                    if files.is_empty() {
                        continue;
                    }
                    let (count, bytes) = measure(&files, &run)?;
                    if let Some(why) = needed.why(&run) {
                        self.keep(*kind, place, count, why);
                        continue;
                    }
                    let rule = format!("{part} = \"{}\"", time.text);
                    self.entry(*kind, place, (rule.clone(), Some(due)), (count, bytes))?;
                    if self.plan.dry_run {
                        continue;
                    }
                    let on = self.plan.on.to_string();
                    DeletedFiles::read(&run)?.note(&run, TimedDeletion { on, rule, files: files.clone() })?;
                    files.iter().try_for_each(|file| remove_file(&run.join(file)))?;
                    remove_empty_folders(&run.join(part))?;
                }
            }
        }
        Ok(())
    }

    /// Copies of what came back.
    fn delete_returned(&mut self) -> Result<()> {
        let Some(time) = self.plan.retention.returned.clone() else { return Ok(()) };
        let above = self.plan.out.join(RETURNED);
        for name in list_names(&above)? {
            let place = format!("{RETURNED}/{name}");
            let folder = above.join(&name);
            let files = match folder.symlink_metadata().is_ok_and(|there| there.is_dir()) {
                true => list_files(&self.plan.out, Path::new(&place))?,
                false => vec![place.clone()],
            };
            let (count, bytes) = measure(&files, &self.plan.out)?;
            let Some(day) = day_of_import(&name) else {
                self.keep(DeletedKind::Returned, place, count, "文件夹名里看不出是哪一天导入的，请自行处理");
                continue;
            };
            let due = time.end(day);
            if self.plan.on < due {
                continue;
            }
            let rule = format!("returned = \"{}\"", time.text);
            self.entry(DeletedKind::Returned, place, (rule, Some(due)), (count, bytes))?;
            if !self.plan.dry_run {
                fs::remove_dir_all(&folder).map_err(|e| Error::io("删除", &folder, e))?;
            }
        }
        Ok(())
    }

    /// Who answered and what he noted.
    fn forget_details(&mut self, needed: &NeededRuns) -> Result<()> {
        let former = layout::list_folder_names(&self.plan.out.join("answers"))?;
        for name in former.iter().filter(|name| name.contains(FORMER)) {
            self.done.notes.push(format!(
                "恢复备份时留下的 answers/{name} 里也有姓名和备注，没有动；不再需要的请自行删除"
            ));
        }
        let Some(time) = self.plan.retention.answers.clone() else { return Ok(()) };
        let Some(keys) = needed.newest.keys() else { return Ok(()) };
        let Some(mut store) = AnswerStore::find(&self.plan.out, &keys.identity)? else { return Ok(()) };
        let on_findings = OpenFindings::read(&needed.newest, self.plan.identity.as_ref())?;
        let place = ANSWERS.to_owned();
        let (mut over, mut in_use, mut unknown, mut undated) = (Vec::new(), 0, 0, 0);
        let mut first_due = None;
        for one in store.detailed_answers()? {
            let Ok(day) = one.recorded_on.parse::<Date>() else {
                undated += 1;
                continue;
            };
            let due = time.end(day);
            if self.plan.on < due {
                continue;
            }
            match on_findings.need(&one) {
                Some(true) => in_use += 1,
                Some(false) => {
                    first_due = first_due.min(Some(due)).or(Some(due));
                    over.push(one);
                }
                None => unknown += 1,
            }
        }
        let kind = DeletedKind::AnswerDetails;
        if in_use > 0 {
            self.keep(kind, place.clone(), in_use, "所答的疑点还没有销号，或销号靠这条核查结果");
        }
        if unknown > 0 {
            let why = "当前发布里没有所答的疑点，没有身份密钥就看不出它是不是换了编号；用 --identity-file 给出身份密钥";
            self.keep(kind, place.clone(), unknown, why);
        }
        if undated > 0 {
            self.keep(kind, place.clone(), undated, "没有记下是哪一天的");
        }
        if !over.is_empty() {
            let rule = format!("answers = \"{}\"", time.text);
            self.entry(kind, place, (rule, first_due), (over.len() as u64, 0))?;
            if !self.plan.dry_run {
                store.forget_details(&over)?;
            }
        }
        Ok(())
    }
}

/// Which findings of the newest publication rest on answers.
struct OpenFindings {
    /// Whether each is open, or closed by an answer; by fingerprint.
    by_fingerprint: BTreeMap<String, bool>,
    /// Names on lists, today's and former ones, of those that are.
    named: BTreeSet<String>,
    identity: Option<IdentitySecret>,
}

impl OpenFindings {
    fn read(newest: &Snapshot, identity: Option<&IdentitySecret>) -> Result<Self> {
        let (mut by_fingerprint, mut named) = (BTreeMap::new(), BTreeSet::new());
        for row in newest.rows(EXCEPTIONS, |_| true)? {
            let needs = Status::is_open_code(row.get("status")) || row.get("status") == "answered";
            by_fingerprint.insert(row.get("exception_id").to_owned(), needs);
            if needs {
                named.insert(row.get("listed_id").to_owned());
                let former = row.get("former_numbers").split(';');
                named.extend(former.filter_map(number_key).map(str::to_owned));
            }
        }
        Ok(Self { by_fingerprint, named, identity: identity.cloned() })
    }

    /// Does a finding still need who gave this answer? `None`: it cannot be told.
    fn need(&self, answer: &DetailedAnswer) -> Option<bool> {
        if is_pair_subject(&answer.exception_id) {
            // The linker obeys the verdict, whoever gave it.
            return Some(false);
        }
        match (self.by_fingerprint.get(&answer.exception_id), &self.identity) {
            (Some(true), _) => Some(true),
            (_, Some(identity)) => {
                Some(identity.listed(&[&answer.exception_id]).iter().any(|name| self.named.contains(name)))
            }
            (Some(false) | None, None) => None,
        }
    }
}

/// Folders of a period's runs; of the layout before, the one.
fn runs_of(period: &PeriodFolder) -> Vec<PathBuf> {
    if period.runs.is_empty() { vec![period.folder.clone()] } else { period.runs.clone() }
}

/// The day in the name of an import's folder, `20181021T093000`.
fn day_of_import(name: &str) -> Option<Date> {
    let digits = name.get(..8)?;
    let follows = name.as_bytes().get(8).is_none_or(|next| *next == b'T');
    (follows && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// How many files, and their length.
fn measure(files: &[String], out: &Path) -> Result<(u64, u64)> {
    let mut bytes = 0;
    for file in files {
        let path = out.join(file);
        bytes += path.symlink_metadata().map_err(|e| Error::io("读取要删除的文件", &path, e))?.len();
    }
    Ok((files.len() as u64, bytes))
}

fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("删除", path, e).hint("检查权限，再执行一次 bidui tidy：它接着删"))
        }
        _ => Ok(()),
    }
}

/// Removes folders that deleting has emptied; others stay.
fn remove_empty_folders(folder: &Path) -> Result<()> {
    for name in layout::list_folder_names(folder)? {
        let within = folder.join(name);
        if within.symlink_metadata().is_ok_and(|there| there.is_dir()) {
            remove_empty_folders(&within)?;
        }
    }
    // Of one that is not empty the system says so.
    let _ = fs::remove_dir(folder);
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn folders_of_imports_say_their_day() {
        assert_eq!(day_of_import("20181021T093000"), Some(date(2018, 10, 21)));
        assert_eq!(day_of_import("20181021T093000-2"), Some(date(2018, 10, 21)));
        for name in ["20181321T093000", "2018", "北阳镇", "201810210T", ""] {
            assert_eq!(day_of_import(name), None, "{name}");
        }
    }
}
