//! Brings back what a backup holds: looked through whole before anything is touched, and seen by nobody before it is done.

use std::fs::{self, DirBuilder, File};
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::backup::list_publications;
use super::backup_archive::{ANSWERS, BackedFile, BackupContents, IDENTITY_KEY, OpenBackup, PSEUDONYM_KEY};
use crate::answers::{
    RESTORING, StoreAge, StoreFacts, compare_stores, copy_store, move_store_aside, put_into_store,
    read_store_facts, store_path,
};
use crate::engine::PublishedKeys;
use crate::privacy::Secrets;
use crate::publication::folder_lock::RESTORE;
use crate::publication::staging::LockedFolder;
use crate::table::digest::digest_file;
use crate::table::unfinished::UnfinishedPath;
use crate::table::whole_file::{WholeFile, write_whole_file};
use crate::{Error, Result};

/// What the names of former files end with, followed by a number.
pub(super) const FORMER: &str = ".before-restore-";

/// A key's file, and what is there now.
#[derive(Debug, Clone)]
pub struct RestoredKey {
    /// What it is called, Chinese.
    pub title: &'static str,
    /// Where it is to lie.
    pub path: PathBuf,
    /// What lies there; `None`: nothing.
    pub there: Option<Vec<u8>>,
}

/// An order to bring back what a backup holds.
#[derive(Debug)]
pub struct RestorePlan {
    /// The backup.
    pub from: PathBuf,
    /// Folder that holds publications.
    pub out: PathBuf,
    /// The pseudonym key and the identity secret; `None`: keys stay as they are.
    pub keys: Option<[RestoredKey; 2]>,
    /// What is there and differs is kept under another name beside, and replaced.
    pub replace: bool,
    /// Only look what would happen.
    pub dry_run: bool,
}

/// What was brought back.
#[derive(Debug, Clone, Serialize)]
pub struct RestoreSummary {
    /// When the backup was made.
    pub made_at: String,
    /// By whom.
    pub made_by: String,
    /// What its file of answers holds.
    pub answers: Option<StoreFacts>,
    /// What was written, in its order, as paths.
    pub written: Vec<PathBuf>,
    /// What was there and is kept under another name.
    pub kept: Vec<PathBuf>,
    /// Files that were there as they are in the backup.
    pub unchanged: u64,
    /// Nothing was written.
    pub dry_run: bool,
    /// What is to be told besides, Chinese.
    pub notes: Vec<String>,
}

/// What has to be done with one file.
#[derive(Debug)]
struct Step {
    what: StepKind,
    to: PathBuf,
    /// What is there is kept under this name.
    keep: Option<PathBuf>,
}

#[derive(Debug)]
enum StepKind {
    /// A part of the archive.
    Part(BackedFile),
    /// The file of answers; `damaged`: what is there cannot be read.
    Answers { damaged: bool },
    /// A key's bytes.
    Key(Vec<u8>),
}

/// Brings back what a backup holds. While it does, a mark in the output folder keeps all others from reading or writing; where it
/// is killed the mark stays until it is done once more.
///
/// # Errors
/// A backup that is damaged or of other publications; what is there is newer or differs, and `replace` is not said; a place that
/// cannot be written.
pub fn restore_backup(plan: &RestorePlan) -> Result<RestoreSummary> {
    let mut backup = OpenBackup::open(&plan.from)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix("bidui-restore-");
    let begun = UnfinishedPath::begin(|| builder.tempdir(), |scratch| scratch.path().to_owned());
    let (scratch, _unfinished) = begun.map_err(|e| Error::io("准备临时文件夹", &std::env::temp_dir(), e))?;
    let copy = scratch.path().join("answers.sqlite");
    if let Some(listed) = backup.listed(ANSWERS).cloned() {
        let mut file = File::create(&copy).map_err(|e| Error::io("解开备份", &copy, e))?;
        backup.copy_part(&listed, &mut file, &plan.from)?;
        let facts = read_store_facts(&copy).map_err(|e| e.in_file(&plan.from))?;
        if facts.identity != backup.contents.identity && facts.batches > 0 {
            return Err(Error::input("备份已损坏：核查结果与备份里的身份密钥不是一套")
                .in_file(&plan.from)
                .hint("换用另一份备份"));
        }
    }
    let mut notes = check_publications(plan, &backup.contents)?;
    let key_bytes = key_bytes(plan, &mut backup, &mut notes)?;
    let locked = if plan.dry_run { None } else { Some(LockedFolder::take(&plan.out, RESTORE)?) };
    let mut unchanged = 0;
    let steps = plan_steps(plan, &backup, &copy, key_bytes, &mut unchanged)?;
    let mut done = RestoreSummary {
        made_at: backup.contents.made_at.clone(),
        made_by: backup.contents.made_by.clone(),
        answers: backup.contents.answers.clone(),
        written: steps.iter().map(|step| step.to.clone()).collect(),
        kept: steps.iter().filter_map(|step| step.keep.clone()).collect(),
        unchanged,
        dry_run: plan.dry_run,
        notes,
    };
    let mark = plan.out.join(RESTORING);
    if locked.is_none() {
        return Ok(done);
    }
    if !steps.is_empty() {
        write_whole_file(&mark, 0o600, format!("{}\n", plan.from.display()).as_bytes())?;
        for step in &steps {
            carry_out(step, &mut backup, &copy, &plan.from)?;
        }
    }
    if mark.symlink_metadata().is_ok() {
        let failed = |e| Error::io("结束恢复", &mark, e);
        fs::remove_file(&mark).map_err(failed)?;
        File::open(&plan.out).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    done.kept.retain(|kept| kept.exists());
    Ok(done)
}

/// Refuses a backup of other publications than those that are there; tells which are gone or changed since.
fn check_publications(plan: &RestorePlan, contents: &BackupContents) -> Result<Vec<String>> {
    let published = PublishedKeys::find(&plan.out, None)?;
    let there = published.identities();
    match &contents.identity {
        Some(own) if !there.is_empty() && !there.contains(own.as_str()) => {
            return Err(Error::usage(format!(
                "备份不是这个发布文件夹的：备份的身份密钥是{own}，这里的发布用的是{}",
                there.into_iter().collect::<Vec<_>>().join("、")
            ))
            .in_file(&plan.from)
            .hint("用 --out 指向备份时的发布文件夹，或换用这里的备份"));
        }
        _ => {}
    }
    let mut notes = Vec::new();
    let (now, _) = list_publications(&plan.out)?;
    for one in &contents.publications {
        match now.iter().find(|now| now.folder == one.folder) {
            Some(now) if now.manifest_sha256 == one.manifest_sha256 => {}
            Some(_) => notes.push(format!("发布{}与备份时的不同；用 bidui verify 核对", one.folder)),
            None if one.current => {
                notes.push(format!("备份时有发布{}，现在不在；备份里没有发布本身，请另行取回", one.folder));
            }
            None => {}
        }
    }
    if let (Some(keys), Some(newest)) = (&contents.keys, published.pseudonym())
        && keys.pseudonym != newest.keys.pseudonym
    {
        notes
            .push("备份以后换过假名密钥：下一次运行要加 --rotate-key，或用 --key-file 指向换过的".to_owned());
    }
    Ok(notes)
}

/// The keys of the backup, if they are wanted.
fn key_bytes(
    plan: &RestorePlan,
    backup: &mut OpenBackup,
    notes: &mut Vec<String>,
) -> Result<Option<[Vec<u8>; 2]>> {
    match (&plan.keys, &backup.contents.keys) {
        (Some(_), Some(named)) => {
            let named = named.clone();
            let pseudonym = backup.part(PSEUDONYM_KEY, &plan.from)?;
            let identity = backup.part(IDENTITY_KEY, &plan.from)?;
            let secrets = Secrets::new(&identity, &pseudonym).map_err(|e| e.in_file(&plan.from))?;
            if (secrets.identity_id(), secrets.pseudonym_id()) != (named.identity, named.pseudonym) {
                return Err(Error::input("备份已损坏：密钥与清册里的名字不符")
                    .in_file(&plan.from)
                    .hint("换用另一份备份"));
            }
            Ok(Some([pseudonym, identity]))
        }
        (Some(_), None) => {
            notes.push("备份里没有密钥（做备份时用了 --without-keys），密钥请另行取回".to_owned());
            Ok(None)
        }
        (None, _) => Ok(None),
    }
}

/// All that has to be written: what may stand without the rest first, the keys without which nothing runs last.
fn plan_steps(
    plan: &RestorePlan,
    backup: &OpenBackup,
    copy: &Path,
    keys: Option<[Vec<u8>; 2]>,
    unchanged: &mut u64,
) -> Result<Vec<Step>> {
    let (mut steps, mut refused) = (Vec::new(), Vec::new());
    let keep = |path: &Path, differs: Error, refused: &mut Vec<Error>| {
        if !plan.replace {
            refused.push(differs);
        }
        Some(free_name(path))
    };
    for one in &backup.contents.files {
        if [ANSWERS, PSEUDONYM_KEY, IDENTITY_KEY].contains(&one.name.as_str()) {
            continue;
        }
        let to = plan.out.join(&one.name);
        let keep = match digest_of(&to)? {
            Some(sha256) if sha256 == one.sha256 => {
                *unchanged += 1;
                continue;
            }
            Some(_) => {
                let differs = Error::usage("已有同名文件，内容与备份的不同").in_file(&to);
                keep(&to, differs.hint(REPLACE), &mut refused)
            }
            None => None,
        };
        steps.push(Step { what: StepKind::Part(one.clone()), to, keep });
    }
    if backup.listed(ANSWERS).is_some() {
        let to = store_path(&plan.out);
        let differs = |told: String| Err(Error::usage(told).in_file(&to).hint(REPLACE));
        let found = match (to.symlink_metadata().is_ok(), read_store_facts(&to)) {
            (false, _) => Ok(None),
            (true, Err(_)) => {
                differs("现有的核查结果文件已损坏，比备份新的部分无从比较".to_owned()).map_err(|e| (e, true))
            }
            (true, Ok(_)) => match compare_stores(&to, copy)? {
                StoreAge::Contained if compare_stores(copy, &to)? == StoreAge::Contained => {
                    *unchanged += 1;
                    Ok(Some(()))
                }
                StoreAge::Contained => Ok(None),
                StoreAge::Newer { batches, last_recorded_at } => differs(format!(
                    "现有的核查结果比备份新：多{batches}批，最后一批{last_recorded_at}；恢复后这些不再有效"
                ))
                .map_err(|e| (e, false)),
                StoreAge::Foreign => {
                    differs("现有的核查结果与备份的不是同一套".to_owned()).map_err(|e| (e, false))
                }
            },
        };
        match found {
            Ok(Some(())) => {}
            Ok(None) => steps.push(Step { what: StepKind::Answers { damaged: false }, to, keep: None }),
            Err((error, damaged)) => {
                let keep = keep(&to, error, &mut refused);
                steps.push(Step { what: StepKind::Answers { damaged }, to, keep });
            }
        }
    }
    for (key, bytes) in plan.keys.iter().flatten().zip(keys.into_iter().flatten()) {
        let keep = match &key.there {
            Some(there) if *there == bytes => {
                *unchanged += 1;
                continue;
            }
            Some(_) => {
                let differs = Error::usage(format!("现有的{}与备份的不同", key.title)).in_file(&key.path);
                keep(&key.path, differs.hint(REPLACE), &mut refused)
            }
            None => None,
        };
        steps.push(Step { what: StepKind::Key(bytes), to: key.path.clone(), keep });
    }
    match Error::together(refused) {
        Some(refused) => Err(refused),
        None => Ok(steps),
    }
}

const REPLACE: &str = "确实要用备份的，加 --replace：现有的改名留在旁边，不合并；不要动它的，什么也不用做";

/// SHA-256 of a file; `None`: there is none.
fn digest_of(path: &Path) -> Result<Option<String>> {
    let failed = |e| Error::io("读取现有的文件", path, e);
    match path.symlink_metadata() {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(failed(e)),
        // Of what is no file it is only known that it differs.
        Ok(there) if !there.is_file() => Ok(Some(String::new())),
        Ok(_) => {
            let file = File::open(path).map_err(failed)?;
            Ok(Some(digest_file(&file).map_err(failed)?.sha256))
        }
    }
}

/// A name beside `path` that nothing has yet.
fn free_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut names = (1u32..).map(|number| path.with_file_name(format!("{name}{FORMER}{number}")));
    names.find(|name| name.symlink_metadata().is_err()).unwrap_or_else(|| path.to_owned())
}

fn carry_out(step: &Step, backup: &mut OpenBackup, copy: &Path, from: &Path) -> Result<()> {
    let to = &step.to;
    let failed =
        |e| Error::io("恢复", to, e).hint("检查文件夹是否可写、磁盘是否已满，再执行一次 bidui restore");
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    match &step.what {
        StepKind::Answers { damaged } => {
            match &step.keep {
                Some(keep) if *damaged => move_store_aside(to, keep)?,
                Some(keep) => drop(copy_store(to, keep)?),
                None => {}
            }
            if to.symlink_metadata().is_err() {
                // Into an empty file as into any other: in one step.
                write_whole_file(to, 0o600, b"")?;
            }
            put_into_store(copy, to)
        }
        StepKind::Key(bytes) => {
            keep_former(step).map_err(failed)?;
            write_whole_file(to, 0o600, bytes)
        }
        StepKind::Part(one) => {
            keep_former(step).map_err(failed)?;
            let mut file = WholeFile::create(to, 0o600)?;
            backup.copy_part(one, &mut file, from)?;
            file.flush().map_err(failed)?;
            file.finish()
        }
    }
}

/// What is there gets another name, and keeps its own until the new one takes it.
fn keep_former(step: &Step) -> std::io::Result<()> {
    match &step.keep {
        Some(keep) if step.to.symlink_metadata()?.is_file() => fs::hard_link(&step.to, keep),
        Some(keep) => fs::rename(&step.to, keep),
        None => Ok(()),
    }
}
